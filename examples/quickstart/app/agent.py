"""What a user talks to."""

from app.bridge import connect


class Agent:
    def __init__(self, user: str) -> None:
        self.user = user
        self.bridge = connect()

    def say(self, text: str) -> None:
        self.bridge.publish(self.user, text)
