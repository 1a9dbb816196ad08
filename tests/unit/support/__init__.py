"""The tests' own means."""
