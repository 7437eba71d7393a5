"""Video from the web by address, without ever touching a private network."""
