"""Real clients of other makers against a served process."""
