"""The write path: a batch of commands in one transaction."""
