"""OpenLineage over HTTP."""
