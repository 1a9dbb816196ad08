"""What executes an operation."""
