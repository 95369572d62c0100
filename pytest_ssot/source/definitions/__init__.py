"""Other definitions, names and copies of what is to be single, as source says it."""
