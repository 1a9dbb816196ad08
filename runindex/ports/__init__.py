"""What the core asks of a storage and of the machine, as protocols and values."""
