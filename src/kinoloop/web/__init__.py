"""The browser and HTTP faces: JSON routes, pages, live events."""
