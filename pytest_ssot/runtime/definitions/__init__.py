"""What is another of a symbol that is to be single, while it comes to life."""
