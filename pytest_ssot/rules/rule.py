"""The rule: what is deprecated, and what to write instead."""

from __future__ import annotations

from typing import NamedTuple

from pytest_ssot.model import Kind


class Rule(NamedTuple):
    """A target, its replacement, and who may still use it.

    ``deprecated`` and ``use`` are ``a.b`` or ``a.b:Name``. ``rename`` maps old
    names to new ones, ``manual`` are the names that no rewrite can replace.
    ``origin`` tells where the rule was written.
    """

    id: str
    deprecated: str
    use: str | None = None
    rename: tuple[tuple[str, str], ...] = ()
    manual: tuple[str, ...] = ()
    submodules: bool = True
    allow_from: tuple[str, ...] = ()
    reason: str | None = None
    owner: str | None = None
    link: str | None = None
    removed_in: str | None = None
    distribution: str | None = None
    origin: str = ""

    @property
    def target(self) -> str:
        return self.deprecated

    @property
    def module(self) -> str:
        """The module that the target is, or is in."""
        return self.deprecated.partition(":")[0]

    @property
    def name(self) -> str | None:
        """The name in the module, None for a rule on the module itself."""
        return self.deprecated.partition(":")[2] or None

    @property
    def kind(self) -> Kind:
        """What a use of the target is."""
        return Kind.SYMBOL if self.name else Kind.IMPORT

    def write_replacement(self, target: str, name: str | None) -> str | None:
        """The import line to write instead; None if there is none, or only by hand.

        ``name`` is what was taken from ``target``: None for the module itself,
        ``*`` for everything. Which ``target`` below the rule's it was makes no
        difference: nobody said where the old package's submodules went, so a
        name from a deeper one is looked for in ``use`` as well.
        """
        old = self.name or name
        if self.use is None or old in self.manual:
            return None
        module, _, new = self.use.partition(":")
        if new:
            alias = f" as {self.name}" if self.name not in (None, new) else ""
            return f"from {module} import {new}{alias}"
        if old is None:
            return f"import {module}"
        new = dict(self.rename).get(old, old)
        return f"from {module} import {new}" + (f" as {old}" if new != old else "")
