"""A plugin of pytest, which reports sessions."""
