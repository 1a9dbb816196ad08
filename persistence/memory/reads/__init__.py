"""The memory storage's reads."""
