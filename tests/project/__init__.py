"""The project itself: its layout, its schema, its README, its package."""
