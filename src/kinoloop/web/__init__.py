"""The browser and HTTP faces: JSON routes, pages, live events. All but login and health need a key."""
