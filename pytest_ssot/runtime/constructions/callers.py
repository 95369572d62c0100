"""Who may make a class: modules, functions and methods, by name and by what is bound to it."""

from __future__ import annotations

import sys
from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.imports.armed_modules import namespace_of
from pytest_ssot.runtime.stack import frames

#: What a name may be wrapped in: static and class methods, methods, properties, partials, wraps.
_WRAPPERS = ("__func__", "fget", "func", "__wrapped__")
#: More wrappers than this are a loop.
_MOST = 100


class Callers:
    """Says of a frame whether its code is that of one of *names*, or was defined inside of one.

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

    def cover(self, module: str) -> bool:
        """Whether all code of *module* is one."""
        return module in self._modules

    def forget(self) -> None:
        """What the names are bound to may have changed."""
        self._known.clear()

    def has(self, frame: FrameType) -> bool:
        known = self._known.get(id(frame.f_code))
        if known is None:
            known = self._known[id(frame.f_code)] = self._is_inside(frame), frame.f_code
        return known[0]

    def _is_inside(self, frame: FrameType) -> bool:
        code = frame.f_code
        module = _module_of(frame)
        if module in self._modules:
            return True
        for named, dotted in self._names:
            if module == named and _is_within(code.co_qualname, dotted):
                return True
            for bound in _bound(named, dotted):
                if isinstance(bound, CodeType):
                    if code in _nested(bound):
                        return True
                elif module == bound[0] and _is_within(code.co_qualname, bound[1]):
                    return True
        return False


def _module_of(frame: FrameType) -> str:
    """The module's name for others, of ``python -m a.b`` too."""
    name = frames.module_of(frame)
    spec = frame.f_globals.get("__spec__") if name == "__main__" else None
    return getattr(spec, "name", None) or name


def _is_within(qualname: str, dotted: str) -> bool:
    return qualname == dotted or qualname.startswith(dotted + ".")


def _bound(module: str, dotted: str) -> Iterator[CodeType | tuple[str, str]]:
    """What *dotted* of *module* is now, where its own code does not go by that name.

    Code; or a module and a qualified name, for what was only imported.
    """
    thing: Any = sys.modules.get(module)
    for part in dotted.split("."):
        thing = _attribute(thing, part)
    for _ in range(_MOST):
        inner = next((one for name in _WRAPPERS if (one := _value(thing, name)) is not None), None)
        if inner is None:
            break
        thing = inner
    if isinstance(thing, type):
        yield thing.__module__, thing.__qualname__
        return
    function = thing if _code(thing) else _value(type(thing), "__call__")
    code = _code(function)
    if code is None or _is_stdlib(function):
        return
    if code.co_qualname == dotted:
        yield function.__module__, dotted
    elif not any(_code(one) and one.__qualname__ == dotted for one in _held(thing, function)):
        yield code


def _held(thing: Any, function: Any) -> Iterator[Any]:
    """What a decorator's product holds of what it was made from."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not set yet
            continue
    yield from namespace_of(thing).values()


def _attribute(thing: Any, name: str) -> Any:
    """What stands under *name*, found by no code of anybody's."""
    if isinstance(thing, type):
        return next((cls.__dict__[name] for cls in thing.__mro__ if name in cls.__dict__), None)
    return namespace_of(thing).get(name)


def _value(thing: Any, name: str) -> Any:
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def _code(thing: object) -> CodeType | None:
    code = _value(thing, "__code__")
    return code if isinstance(code, CodeType) else None


def _is_stdlib(function: Any) -> bool:
    return str(function.__module__).partition(".")[0] in sys.stdlib_module_names


def _nested(code: CodeType) -> list[CodeType]:
    """*code*, and all that is defined inside of it."""
    found = [code]
    for one in found:
        found += (inner for inner in one.co_consts if isinstance(inner, CodeType))
    return found
