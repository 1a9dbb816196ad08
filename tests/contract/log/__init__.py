"""The log, batches and feeds."""
