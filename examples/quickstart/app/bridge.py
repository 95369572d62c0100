"""Between the agents and the sockets."""

from app.ws.manager_factory import create_manager


class Bridge:
    def __init__(self) -> None:
        self.manager = create_manager()

    def publish(self, user: str, text: str) -> None:
        self.manager.send(user, text)


def connect() -> Bridge:
    return Bridge()
