"""The watch in a child process, started by ``site/sitecustomize.py``."""

from __future__ import annotations

import os

from pytest_ssot.rules.lookup import Owned, Target
from pytest_ssot.runtime.evidence.channel import OWNER, Channel
from pytest_ssot.runtime.owners.owner_numbers import make_unissued_number
from pytest_ssot.runtime.stack.ours import Ours
from pytest_ssot.runtime.watcher import Watcher, get_active


def start_watch(folder: str) -> None:
    """Watch this process on behalf of the test run whose channel is *folder*."""
    channel = Channel(folder)
    targets, owned, categories, discover, ours = channel.read_config()
    watcher = Watcher(
        [Target(*target, foreign=foreign) for *target, foreign in targets],
        owned=Owned.from_plain(owned),
        categories=categories,
        discover=discover,
        outer=get_active(),
        ours=Ours(*ours),
    )
    number = int(os.environ.get(OWNER, 0))
    if not number:
        number = make_unissued_number()
        channel.write("started", number, os.environ.get("PYTEST_CURRENT_TEST", ""))
    watcher.hand_over(channel, number)
    watcher.start()
    for targets, _ in watcher.early.noted:
        for target in targets:
            channel.write("missed", f"{target.text} (loaded before the watch of a child process)")
