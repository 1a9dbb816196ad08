"""What must hold while things break, judged over what clients and subscribers saw."""
