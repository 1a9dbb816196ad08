"""Maintenance of an index: sweeping, compaction, verification, export and import."""
