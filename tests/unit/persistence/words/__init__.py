"""The index of words, and what is asked of it."""
