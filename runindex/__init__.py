"""The execution index: its core, its wiring and its command line."""
