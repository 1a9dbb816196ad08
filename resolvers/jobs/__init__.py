"""Jobs: mutations."""
