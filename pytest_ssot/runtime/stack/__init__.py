"""Reads frames and instructions: who did it, and whether that was meant."""
