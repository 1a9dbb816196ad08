"""The form of mutations."""
