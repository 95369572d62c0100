"""Watches functions that remember what they reached; imported where one was on the way."""
