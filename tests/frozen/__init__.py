"""What an earlier release wrote, answered and was called, and tests that it still counts."""
