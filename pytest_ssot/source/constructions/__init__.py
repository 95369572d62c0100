"""Who makes what only a factory may make, as source says it."""
