"""What each command does: the rules, as pure functions of a workspace and a command."""
