"""Programs to start from: what reports to RunIndex, and what works for it."""
