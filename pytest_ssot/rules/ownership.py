"""What has one home only: a symbol's import path, a class's factory."""

from __future__ import annotations

from typing import NamedTuple


class Single(NamedTuple):
    """A symbol (``a.b:Name``) with one import path, and the modules that may re-export it."""

    symbol: str
    also_from: tuple[str, ...] = ()
    origin: str = ""


class Factory(NamedTuple):
    """A class (``symbol``, ``a.b:Name``) that only these callers may make.

    A caller is ``a.b``, ``a.b:function`` or ``a.b:Class.method``.
    """

    symbol: str
    only_from: tuple[str, ...]
    origin: str = ""
