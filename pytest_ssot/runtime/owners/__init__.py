"""Whose it is what happens: tests, fixtures, threads, pools, tasks."""
