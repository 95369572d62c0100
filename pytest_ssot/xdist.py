"""pytest-xdist: workers watch and judge, the controller adds up."""

from __future__ import annotations

from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssot.policy.run.watched_run import Remainder, Run
from pytest_ssot.runtime.stack import frames

if TYPE_CHECKING:
    from pytest_ssot.policy.run.outcome import Assembly

#: The key of ``workeroutput`` under which a worker sends home what is not in its reports.
_KEY = "ssot"


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Whether the tests of this run ran in other processes."""
    return config.pluginmanager.has_plugin("dsession")


def will_distribute(config: pytest.Config) -> bool:
    """Whether the tests of this run are going to run in other processes."""
    given = config.known_args_namespace
    frame: FrameType | None = frames.get_caller()
    while frame is not None:
        if frames.module_of(frame) == "__channelexec__":
            return False  # execnet runs this: a worker, which pytest does not know of so early
        frame = frame.f_back
    return bool(getattr(given, "numprocesses", None)) or getattr(given, "dist", "no") != "no"


def nodeid_of(item: pytest.Item) -> str:
    """The node id of *item*, without the group that ``--dist loadgroup`` adds to it."""
    parent = item.parent
    plain = f"{parent.nodeid}::{item.name}" if parent is not None else item.nodeid
    return plain if item.nodeid.startswith(f"{plain}@") else item.nodeid


class Worker:
    """Sends home what the worker saw outside of its tests."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        try:
            remainder = self._run.make_remainder()
        except Exception as error:
            self._run.watcher.guard.keep_error(error)
            remainder = Remainder(faults=tuple(self._run.watcher.guard.faults))
        output: dict[str, Any] = self._config.workeroutput  # type: ignore[attr-defined]
        output[_KEY] = remainder.to_json()


class Controller:
    """Takes in what the workers send."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        sent = getattr(node, "workeroutput", {}).get(_KEY)
        if sent is None:
            self._assembly.note_lost(f"worker {node.gateway.id} ended before it could report")
        else:
            self._assembly.add_remainder(Remainder.from_json(sent))
