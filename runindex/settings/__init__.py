"""The settings, and paths of SQLite as people write them."""
