"""The spool: files on disk in which everything reported waits until the server has it."""
