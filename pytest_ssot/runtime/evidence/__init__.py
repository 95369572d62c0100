"""What was seen, kept as facts, with the modules that carry it on."""
