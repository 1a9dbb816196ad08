"""Connections to databases: how they are opened, what is asked of them, what their failures mean."""
