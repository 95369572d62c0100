from app.agents.model import EchoModel
from app.events import CONTRACT
from support.contract import own
from support.people import Person
from support.server import play, serving


async def _asks_and_comes_back(person: Person) -> None:
    async with serving(EchoModel()) as address:
        await person.log_in(address)
        async with person.connected(address) as browser:
            await browser.ask("What is my PIN?")
        person.seen.clear()
        async with person.connected(address) as browser:
            await browser.say(type="replay")
            await browser.say_goodbye()


def test_who_reconnects_is_shown_the_last_run() -> None:
    alice = Person("alice")
    play(_asks_and_comes_back(alice))
    assert own(alice) == list(CONTRACT)
