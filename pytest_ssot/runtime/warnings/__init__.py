"""Watches deprecation warnings: who issues one, who called, and who filters it."""
