"""Watches other definitions, names and paths of symbols that are to be single."""
