"""Watches imports: first ones, cached ones, and single names of a module."""
