"""The language model behind the agent."""

from typing import Protocol


class Model(Protocol):
    async def complete(self, prompt: str) -> str: ...


class EchoModel:
    """Stands in for a real one: it says what it was asked."""

    async def complete(self, prompt: str) -> str:
        return prompt
