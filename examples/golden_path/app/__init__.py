"""A person logs in, asks, and gets an agent's answer over a WebSocket."""
