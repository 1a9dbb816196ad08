"""Runs, as a program reports them."""
