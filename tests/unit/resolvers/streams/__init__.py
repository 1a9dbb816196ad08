"""Fan-out."""
