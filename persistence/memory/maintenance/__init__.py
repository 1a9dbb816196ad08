"""The memory storage's maintenance."""
