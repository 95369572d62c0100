"""The commands of ``pytest-ssot``: one file each, and what they share."""
