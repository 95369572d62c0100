"""Decides: what a violation comes to, what is known of it, what a run or a scan is worth."""
