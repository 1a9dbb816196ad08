"""Run data."""
