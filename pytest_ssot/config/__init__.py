"""What may be configured, what is configured, and what is wrong with it."""
