"""The file of known violations: what it excuses, how it shrinks, and how it grows."""
