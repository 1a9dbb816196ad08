"""Sending: from lines of the spool to mutations that the server has executed."""
