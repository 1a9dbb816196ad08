"""What the memory storage keeps."""
