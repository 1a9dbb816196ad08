"""The commands of the command line, in processes of their own."""
