"""What an execution may cost: bytes of its answer, time, and how long it keeps others waiting."""
