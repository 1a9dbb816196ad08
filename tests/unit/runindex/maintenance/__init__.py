"""Maintenance, as far as it needs no particular storage."""
