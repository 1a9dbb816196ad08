"""The revisions, oldest first by their numbers. There is no way back: a backup is."""
