"""Servers: a process, one in the event loop of a test, a relay in front of one."""
