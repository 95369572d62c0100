"""What pytest loads: the plugin, as it was compiled at install.

pytest rewrites the assertions of all modules of a plugin's distribution, so that each
start would read them through its rewriter, and without kept bytecode compile them anew. There
is no assertion to rewrite here. PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    plugin: ModuleType


def __getattr__(name: str) -> ModuleType:
    """Load the plugin when pytest asks for it, which is when its rewriter is there."""
    if name != "plugin":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _leave_rewriting_out()
    from pytest_ssot import plugin

    return plugin


def _leave_rewriting_out() -> None:
    """Take this package off the list of what is rewritten, where pytest's rewriter has one."""
    for finder in sys.meta_path:
        marked, known = (getattr(finder, name, None) for name in _LISTS)
        if isinstance(marked, set) and isinstance(known, dict):
            marked.discard(__package__)
            known.clear()


#: Of _pytest/assertion/rewrite.py, AssertionRewritingHook: what to rewrite, and what is answered.
_LISTS = ("_must_rewrite", "_marked_for_rewrite_cache")
