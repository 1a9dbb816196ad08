"""Runs, as the API shows them."""
