"""What an execution may cost."""
