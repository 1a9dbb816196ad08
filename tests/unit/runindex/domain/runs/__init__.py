"""The values and rules of runs."""
