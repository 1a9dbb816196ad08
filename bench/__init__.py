"""Measurements of RunIndex's costs, side by side with a baseline."""
