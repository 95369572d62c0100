"""The verdict on one violation: who is critical, what is allowed, and in which order."""
