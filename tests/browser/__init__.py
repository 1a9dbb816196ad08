"""What a browser makes of it."""
