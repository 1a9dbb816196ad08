"""MLflow's own stores of runs, read as they are on disk: folders of files, and databases of SQLite."""
