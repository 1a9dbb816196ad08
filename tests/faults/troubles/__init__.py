"""What may befall a storage while servers use it, and how readiness follows."""
