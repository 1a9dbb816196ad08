"""Indexes that hold something, and exports of them."""
