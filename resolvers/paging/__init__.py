"""Connections: cursors, pages, filters."""
