"""What a scan found, as test items, and which of them a run's arguments choose."""
