"""Agent runtimes and their receipts, as the API shows them."""
