"""What the project is made of: its libraries, and the audit of their pins."""
