"""What a name is in a module that is none of the project's: asked of another process.

To import it here would run somebody's code before the watch begins, and before the
tests do. What is loaded already is only looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

#: Seconds after which what is not known by then is not known.
_LONG = 60
#: ``Py_TPFLAGS_IMMUTABLETYPE`` of Include/object.h: what C defines, unless it says otherwise.
_IMMUTABLE = 1 << 8

#: `_look_at_loaded` says the same of what is loaded here.
_CODE = f"""
import importlib, json, os, sys
real, sys.stdout = os.dup(1), sys.stderr
os.dup2(2, 1)
def look(target):
    module, _, names = target.partition(":")
    try:
        thing = importlib.import_module(module)
    except ModuleNotFoundError as error:
        gone = error.name or ""
        return ["no module" if module == gone or module.startswith(gone + ".") else "unknown", []]
    except BaseException:
        return ["unknown", []]
    for name in filter(None, names.split(".")):
        if not hasattr(thing, name):
            return ["absent", [one for one in dir(thing) if isinstance(one, str)]]
        thing = getattr(thing, name)
    if isinstance(thing, type):
        return ["compiled" if thing.__flags__ & {_IMMUTABLE} else "class", []]
    return ["function" if callable(thing) else "value", []]
os.write(real, json.dumps({{one: look(one) for one in json.loads(sys.argv[1])}}).encode())
os._exit(0)
"""


class Answer(NamedTuple):
    """What it is: "class", "compiled" for one from C, "function", "value", "unknown", "absent".

    "no module" where there is none; ``near`` are the names that there are.
    """

    what: str
    near: tuple[str, ...] = ()


def ask_interpreter(targets: Iterable[str]) -> Mapping[str, Answer]:
    """What each of *targets*, ``a.b``, ``a.b:Name`` or ``a.b:Class.method``, is here."""
    targets = list(dict.fromkeys(targets))
    known = {target: found for target in targets if (found := _look_at_loaded(target)) is not None}
    rest = [target for target in targets if target not in known]
    return {**known, **(_ask_process(rest) if rest else {})}


def is_installed(module: str) -> bool:
    """Whether an import would find *module*, as far as that is known without any import."""
    from importlib.machinery import PathFinder

    where: list[str] | None = None
    parts = module.split(".")
    try:
        for end in range(1, len(parts) + 1):
            spec = PathFinder.find_spec(".".join(parts[:end]), where)
            if spec is None:
                return False
            where = list(spec.submodule_search_locations or ())
    except (ImportError, KeyError, ValueError):  # a namespace wants its parent's module
        return True
    return True


def _look_at_loaded(target: str) -> Answer | None:
    """What *target* is, if a look is all that it takes: a class at the top of a loaded module."""
    module, _, name = target.partition(":")
    loaded = sys.modules.get(module)
    if not name:
        return None if loaded is None else Answer("value")
    thing = vars(loaded).get(name) if loaded is not None else None
    if not isinstance(thing, type):
        return None
    return Answer("compiled" if thing.__flags__ & _IMMUTABLE else "class")


def _ask_process(targets: list[str]) -> Mapping[str, Answer]:
    import json
    import subprocess

    # Without the folder that we are in: what is there is the project's own.
    command = [sys.executable, "-P", "-W", "ignore", "-c", _CODE, json.dumps(targets)]
    try:
        ran = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_LONG,
            check=True,
        )
        told: Mapping[str, Any] = json.loads(ran.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {target: Answer("unknown") for target in targets}
    return {target: Answer(what, tuple(near)) for target, (what, near) in told.items()}
