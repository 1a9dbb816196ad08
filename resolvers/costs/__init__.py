"""What a document costs, measured before it is validated and executed."""
