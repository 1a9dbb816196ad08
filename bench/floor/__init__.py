"""The floor: what a hand-written endpoint costs, and RunIndex beside it."""
