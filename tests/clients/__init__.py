"""The real clients of other languages against a served process."""
