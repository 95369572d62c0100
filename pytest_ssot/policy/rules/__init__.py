"""What becomes of rules: what is overdue, unused, or not where a table says."""
