"""Verification: everything that is kept twice is counted again and compared, in bounded memory."""
