"""A store in the process's own memory: everything is gone when it ends."""
