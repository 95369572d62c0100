"""What the suites share: a real server, real browsers, and what these saw."""
