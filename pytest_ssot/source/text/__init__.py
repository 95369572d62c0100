"""From a file's bytes to a tree of what matters in it."""
