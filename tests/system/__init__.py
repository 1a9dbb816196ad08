"""The whole, as a user runs it."""
