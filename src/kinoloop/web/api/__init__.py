"""The JSON routes. Shapes are pydantic models, so `/docs` and the answers cannot drift apart."""
