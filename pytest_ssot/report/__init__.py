"""Turns results into text: for the terminal, for commands, and as documents."""
