"""Programs to copy: reporters to RunIndex, readers of it, and an executor of its jobs."""
