"""The rules that look at the state."""
