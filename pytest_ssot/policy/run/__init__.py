"""One test run, or one inventory: what belongs to whom, and what all of it comes to."""
