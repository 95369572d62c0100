"""What a session of pytest has besides the watch: its fixtures, the scan's items, its report."""
