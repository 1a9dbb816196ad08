"""Streams and what they read."""
