"""Postgres servers, databases on them, and a proxy in front of one."""
