"""Programs in processes of their own: a browser, clients for node and Python, workers, pytest."""
