"""What is deprecated, single, or made by a factory, and how a dotted name is looked up."""
