"""Verification: whatever is stored redundantly is recomputed and compared, in bounded memory."""
