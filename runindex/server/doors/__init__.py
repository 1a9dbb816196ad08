"""Who may come in from where: hosts that the server answers to, and web pages that may use it."""
