"""Feeds: how a process learns that another one has committed."""
