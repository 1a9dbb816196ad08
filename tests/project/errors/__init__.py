"""The page on errors: each of its examples is made by a server."""
