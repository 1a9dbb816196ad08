"""What every storage must do alike: the suites of the ports."""
