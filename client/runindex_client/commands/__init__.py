"""The commands of `runindex-client`."""
