"""Paging: pagers, cursors, filters."""
