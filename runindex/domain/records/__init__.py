"""What is kept beside runs: results, events, run data, plans, jobs, runtimes."""
