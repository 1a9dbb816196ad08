"""Decisions on what others report: systems on runs, reviewers on results."""
