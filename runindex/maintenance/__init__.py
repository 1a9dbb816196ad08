"""Maintenance of an index: sweeping, compaction, verification, and moving all of it from one storage to another."""
