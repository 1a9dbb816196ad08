"""Maintenance: snapshot, restore, compaction, sweeping."""
