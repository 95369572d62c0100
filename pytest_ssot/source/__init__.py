"""Reads a project's code without running it: uses, definitions, what it calls deprecated."""
