"""OpenLineage: run events that other systems post become reports on runs."""
