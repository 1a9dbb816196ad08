"""Invariants that hold while things break, judged over what clients and subscribers saw."""
