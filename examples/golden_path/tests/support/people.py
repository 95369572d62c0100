"""People at their browsers: they log in, ask, and keep all that they are shown."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

from app.auth import accounts
from app.tools import notes
from support.server import serving

Seen = dict[str, str]


def request(address: str, method: str, path: str, body: object = None, token: str = "") -> Seen:
    """Blocks."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {token}"}
        connection.request(method, path, json.dumps(body), headers)
        answer: Seen = json.load(connection.getresponse())
        return answer
    finally:
        connection.close()


@dataclass
class Person:
    """Somebody with an account, and a note that nobody else may see."""

    name: str
    token: str = field(default="", repr=False)
    seen: list[Seen] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        accounts.register(self.name, f"password of {self.name}")
        notes.save(self.name, self.note)

    @property
    def note(self) -> str:
        return f"the PIN of {self.name}"

    async def log_in(self, address: str) -> None:
        body = {"name": self.name, "password": f"password of {self.name}"}
        answer = await asyncio.to_thread(request, address, "POST", "/login", body)
        self.token = answer["token"]

    @asynccontextmanager
    async def connected(self, address: str) -> AsyncIterator["Browser"]:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"ws://{address}/ws"
        async with connect(url, additional_headers=headers, proxy=None) as connection:
            yield Browser(connection, self.seen)


@dataclass
class Browser:
    connection: ClientConnection
    seen: list[Seen]

    async def say(self, **message: str) -> None:
        await self.connection.send(json.dumps(message))

    async def see(self, *last: str) -> None:
        """Read until an event of one of these types."""
        async for text in self.connection:
            event = json.loads(text)
            if event["type"] != "bye":
                self.seen.append(event)
            if event["type"] in last:
                return

    async def ask(self, question: str) -> None:
        await self.say(type="ask", question=question)
        await self.see("agent_completed", "agent_failed")

    async def say_goodbye(self) -> None:
        """What was still on its way comes before the server's own goodbye."""
        await self.say(type="bye")
        await self.see("bye")


class Together:
    """A model that answers nobody before all have asked.

    Real ones take seconds, so that all of these runs are open at once. This does it
    without the seconds, and each time.
    """

    def __init__(self, people: int) -> None:
        self._barrier = asyncio.Barrier(people)

    async def complete(self, prompt: str) -> str:
        await self._barrier.wait()
        return prompt


async def ask_at_once(people: Sequence[Person]) -> None:
    """Each logs in and connects; then each asks; none leaves before all have an answer."""
    all_so_far = asyncio.Barrier(len(people))

    async def visit(person: Person, address: str) -> None:
        await person.log_in(address)
        async with person.connected(address) as browser:
            await all_so_far.wait()
            await browser.ask(f"What is my PIN, asks {person.name}?")
            await all_so_far.wait()
            await browser.say_goodbye()

    async with serving(Together(len(people))) as address, asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(visit(person, address))
