"""The variables that a function shares with the one that it was made in."""

from __future__ import annotations

import dis
import types
from collections.abc import Iterator

from pytest_ssot.isolation.edges import TEXT, Edge, OwnHolder

_WRITES = frozenset(dis.opmap[name] for name in ("STORE_DEREF", "DELETE_DEREF"))


def open_closure(obj: types.FunctionType) -> Iterator[OwnHolder]:
    """A cell is state where code sets its variable (``nonlocal``); else its content alone is."""
    cells, code = obj.__closure__ or (), obj.__code__
    if not cells:
        return
    written = _find_written(code)
    for name, cell in zip(code.co_freevars, cells, strict=True):
        text = (TEXT, f".<closure>.{name}")
        yield OwnHolder(text, cell, _read_content(text, cell), name not in written)


def _read_content(label: tuple[str, object], cell: types.CellType) -> Iterator[Edge]:
    try:
        yield label, cell.cell_contents
    except ValueError:  # its variable is not set yet
        return


def _find_written(code: types.CodeType) -> set[str]:
    """The free variables of *code* that it sets, or a function in it does."""
    found, todo = set(), [code]
    free = set(code.co_freevars)
    while todo:
        inner = todo.pop()
        todo += [const for const in inner.co_consts if type(const) is types.CodeType]
        # Most set nothing: their bytes tell so a hundred times faster than dis does.
        if free.isdisjoint(inner.co_freevars) or _WRITES.isdisjoint(inner.co_code[::2]):
            continue
        for step in dis.get_instructions(inner):
            # Not by name alone: a cell of its own may be called the same.
            if step.opcode in _WRITES and step.argval in inner.co_freevars:
                found.add(step.argval)
    return found & free
