"""What is special to one storage."""
