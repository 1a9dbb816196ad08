"""What executes an operation and a field."""
