"""Watches who makes what only a factory may make; imported where a class has one."""
