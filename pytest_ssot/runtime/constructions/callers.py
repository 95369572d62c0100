"""The callers that may make a class: modules, functions and methods, by name and by binding."""

from __future__ import annotations

import sys
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.stack.namespaces import namespace_of, read_plainly

#: What a name may be wrapped in: static and class methods, methods, properties, partials, wraps.
_WRAPPERS = ("__func__", "fget", "func", "__wrapped__")
#: More wrappers than this are a loop.
_MOST = 100


class Callers:
    """Tells whether a frame's code is that of any of *names*, or was defined inside of any.

    A name is ``a.b`` (all code of that module), ``a.b:function``, ``a.b:Class``
    (any of its methods) or ``a.b:Class.method``. What is bound to it counts where that
    has another name: a lambda, an alias, the function that a decorator made.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._modules: set[str] = set()
        self._names: list[tuple[str, str]] = []
        for name in names:
            module, colon, dotted = name.partition(":")
            if colon:
                self._names.append((module, dotted))
            else:
                self._modules.add(module)
        # By the code's identity; the code is held, so that no other gets it.
        self._known: dict[int, tuple[bool, CodeType]] = {}

    @property
    def modules(self) -> set[str]:
        """The modules that the callers are in."""
        return self._modules.union(module for module, _ in self._names)

    def covers(self, module: str) -> bool:
        """Whether all code of *module* is one."""
        return module in self._modules

    def forget_bound(self) -> None:
        """Forget what the names are bound to, which may have changed."""
        self._known.clear()

    def has(self, frame: FrameType) -> bool:
        known = self._known.get(id(frame.f_code))
        if known is None:
            known = self._known[id(frame.f_code)] = self._is_inside(frame), frame.f_code
        return known[0]

    def _is_inside(self, frame: FrameType) -> bool:
        code = frame.f_code
        module = _real_module_of(frame)
        if module in self._modules:
            return True
        for named, dotted in self._names:
            if module == named and _is_within(code.co_qualname, dotted):
                return True
            for bound in _find_bound(named, dotted):
                if isinstance(bound, CodeType):
                    if code in _list_nested(bound):
                        return True
                elif module == bound[0] and _is_within(code.co_qualname, bound[1]):
                    return True
        return False


def _real_module_of(frame: FrameType) -> str:
    """Find the module's name for others, of ``python -m a.b`` too."""
    name = frames.module_of(frame)
    spec = frame.f_globals.get("__spec__") if name == "__main__" else None
    return getattr(spec, "name", None) or name


def _is_within(qualname: str, dotted: str) -> bool:
    return qualname == dotted or qualname.startswith(dotted + ".")


def _find_bound(module: str, dotted: str) -> Iterator[CodeType | tuple[str, str]]:
    """Find what *dotted* of *module* is now, where its own code does not go by that name.

    That is code; or a module and a qualified name, for what was only imported.
    """
    thing: Any = sys.modules.get(module)
    for part in dotted.split("."):
        thing = _find_attribute(thing, part)
    for _ in range(_MOST):
        inner = next(
            (one for name in _WRAPPERS if (one := read_plainly(thing, name)) is not None), None
        )
        if inner is None:
            break
        thing = inner
    if issubclass(type(thing), type):
        yield str(read_plainly(thing, "__module__")), str(read_plainly(thing, "__qualname__"))
        return
    function = thing if _get_code(thing) else read_plainly(type(thing), "__call__")
    code = _get_code(function)
    if code is None or _is_stdlib(function):
        return
    if code.co_qualname == dotted:
        yield str(read_plainly(function, "__module__")), dotted
    elif not any(
        _get_code(one) and read_plainly(one, "__qualname__") == dotted
        for one in _walk_held(thing, function)
    ):
        yield code


def _walk_held(thing: Any, function: Any) -> Iterator[Any]:
    """Yield what a decorator's product holds of what it was made from."""
    for cell in read_plainly(function, "__closure__") or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not set yet
            continue
    yield from namespace_of(thing).values()


def _find_attribute(thing: Any, name: str) -> Any:
    """Find what stands under *name*, without running code of anybody's."""
    if issubclass(type(thing), type):
        return next((cls.__dict__[name] for cls in thing.__mro__ if name in cls.__dict__), None)
    return namespace_of(thing).get(name)


def _get_code(thing: object) -> CodeType | None:
    code = read_plainly(thing, "__code__")
    return code if isinstance(code, CodeType) else None


def _is_stdlib(function: Any) -> bool:
    return str(read_plainly(function, "__module__")).partition(".")[0] in sys.stdlib_module_names


def _list_nested(code: CodeType) -> list[CodeType]:
    """List *code*, and all code that is defined inside of it."""
    found = [code]
    for inner in found:
        found += (constant for constant in inner.co_consts if isinstance(constant, CodeType))
    return found
