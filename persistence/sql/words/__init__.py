"""Queries of the index of words."""
