"""Finds the uses of targets in one file, in every form that source has."""
