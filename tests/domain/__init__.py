"""The pure values and rules by themselves."""
