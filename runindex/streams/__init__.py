"""Streams of changes, runs, groups and records, resumable from a cursor."""
