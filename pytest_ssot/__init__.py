"""Single-source-of-truth imports, enforced at test time.

The names below are the public API. They are resolved at first use, because
this package is also imported where nothing but :mod:`pytest_ssot.runtime` is
needed, and that has to be quick. PYTEST_DONT_REWRITE: in a child process it is
loaded before pytest is, which would warn that there is nothing left to rewrite.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to load, and type checkers know this name
if TYPE_CHECKING:
    from pytest_ssot.errors import UsageError
    from pytest_ssot.model import Kind, Site, Step, Verdict, Violation
    from pytest_ssot.ssot import Ssot, StartupError

__all__ = [
    "Kind",
    "Site",
    "Ssot",
    "StartupError",
    "Step",
    "UsageError",
    "Verdict",
    "Violation",
]


def __getattr__(name: str) -> object:
    if name in ("Ssot", "StartupError"):  # they bring policy along, and all that is below
        from pytest_ssot import ssot

        return getattr(ssot, name)
    if name in __all__:
        from pytest_ssot import errors, model

        return getattr(errors if hasattr(errors, name) else model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
