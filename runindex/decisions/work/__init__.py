"""Decisions on work that executors outside do: plans, and the jobs that runs of them are."""
