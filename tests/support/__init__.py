"""What tests and benchmarks share: real servers and fresh databases."""
