"""Runs: their values and rules."""
