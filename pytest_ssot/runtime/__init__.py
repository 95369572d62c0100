"""Watches an interpreter: who imports what is deprecated, and by which way.

Standard library alone, and light: it starts in child processes too.
"""
