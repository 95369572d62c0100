"""Finds in source what a project itself calls deprecated, and where the replacement is."""
