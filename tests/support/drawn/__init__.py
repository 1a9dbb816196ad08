"""What property tests draw at random, and how hard they try."""
