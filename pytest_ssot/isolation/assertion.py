"""The assertion, and the words in which it fails."""

from __future__ import annotations

import gc
import sys
import types

from pytest_ssot.isolation import ignore_argument, introspection, path_text
from pytest_ssot.isolation.class_sorts import ClassSorts
from pytest_ssot.isolation.ignore_argument import Ignore
from pytest_ssot.isolation.shared_state import SharedThing, find_shared

_TOLD = 10
_ADVICE = "Give each its own, or name in ignore what they may share: [a type, an object, a name]"


def assert_isolated(a: object, b: object, *, ignore: Ignore = ()) -> None:
    """Fail where *a* and *b* can reach the same mutable state.

    *ignore* is a list, tuple or set of what they may share: types (with their
    subclasses), names of attributes that are not followed, objects. What is shared
    by right need not be named: docs/isolation.md lists it.

    Raises AssertionError, which names each shared thing by a path from either side,
    and TypeError where *a* or *b* is a class or a module, and for an entry of
    *ignore* that ignores nothing. Runs no code of the objects that it looks at,
    and keeps none of them.
    """
    __tracebackhide__ = True
    message = _describe_shared(a, b, ignore)
    # What is raised keeps this frame, which is not to keep what was compared.
    del a, b, ignore
    if message:
        raise AssertionError(message)


def _describe_shared(a: object, b: object, ignore: Ignore) -> str:
    """What is shared, in words; empty where nothing is."""
    __tracebackhide__ = True
    _refuse_root("a", a)
    _refuse_root("b", b)
    ours = {introspection.module_of(type(root)).partition(".")[0] for root in (a, b)}
    sorts = ClassSorts(
        ignore_argument.parse_ignore(ignore), frozenset(ours - sys.stdlib_module_names)
    )
    # Millions of short-lived pairs would have it walk both graphs again and again.
    collects = gc.isenabled()
    if collects:  # who has not turned it off must not either: another thread may be here
        gc.disable()
    try:
        return _format_message(*find_shared(a, b, sorts, _TOLD))
    finally:
        if collects:
            gc.enable()


def _refuse_root(name: str, root: object) -> None:
    __tracebackhide__ = True
    for cls, what in ((type, "class"), (types.ModuleType, "module")):
        if introspection.is_a(root, cls):
            raise TypeError(
                f"assert_isolated: {name} is a {what}, and these are shared by right. "
                f"Give two objects that were made for two users"
            )


def _format_message(found: list[SharedThing], total: int) -> str:
    if not found:
        return ""
    same = not found[0].left and not found[0].right
    lines = ["a and b are the same object:" if same else "a and b share mutable state:"]
    for shared in found:
        owner = path_text.name_owner(shared.left) or path_text.name_owner(shared.right)
        where = f" (class attribute of {owner})" if owner else ""
        left, right = (
            path_text.format_path("a", shared.left),
            path_text.format_path("b", shared.right),
        )
        lines += [f"  {left} is {right}{where}", f"      {path_text.describe_object(shared.thing)}"]
    lines += [f"  … and {total - len(found)} more"] if total > len(found) else []
    return "\n".join((*lines, _ADVICE))
