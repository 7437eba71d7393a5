"""The pages: each a route and a frozen context. It shows what the store says, and says what is not known."""
