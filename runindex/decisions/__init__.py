"""Decisions: the rules of each command, as pure functions of a workspace and the command."""
