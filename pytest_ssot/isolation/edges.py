"""What an object leads to, and by which name, read without running anybody's code.

Every function here takes one object and yields edges. What no name is known for is
found by :func:`gc.get_referents`, so no class made in C is opaque.
"""

from __future__ import annotations

import builtins
import collections
import functools
import gc
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextvars import Context
from typing import Any, NamedTuple

from pytest_ssot.isolation import introspection

#: How a step of a path is written: its form, and the name or key that it goes by.
Label = tuple[str, object]
Edge = tuple[Label, object]
Part = Callable[[Any], Iterable[Edge]]

ATTRIBUTE = "attribute"  # .name
CLASS = "class attribute"  # .name, found in the class
ITEM = "item"  # [key]
KEY = "key"  # .<key Type>
ELEMENT = "element"  # .<item Type>
TEXT = "text"  # as it stands
REFERENT: Label = (TEXT, ".<referent>")
FROZEN_DICT: Any = getattr(builtins, "frozendict", None)  # 3.15 on


class OwnHolder(NamedTuple):
    """What an object shows as its own: its ``__dict__``, a closure's cell.

    ``content`` are edges of the object itself, not a step longer. ``reads_only`` says
    that nobody changes it by way of this object.
    """

    label: Label
    holder: object
    content: Iterable[Edge]
    reads_only: bool


Opening = Callable[[Any], Iterable[OwnHolder]]


def read_attributes(found: dict[Any, Any]) -> Iterator[Edge]:
    for name, value in list(dict.items(found)):
        yield (ATTRIBUTE, name) if type(name) is str else (KEY, name), value


def read_items(obj: dict[Any, Any]) -> Iterator[Edge]:
    return _read_pairs(list(dict.items(obj)))


def read_frozen_items(obj: Any) -> Iterator[Edge]:
    return _read_pairs(list(FROZEN_DICT.items(obj)))


def _read_pairs(pairs: list[tuple[Any, Any]]) -> Iterator[Edge]:
    for key, value in pairs:
        yield (ITEM, key), value
    for key, _ in pairs:
        if type(key) is not str:
            yield (KEY, key), key


def read_list(obj: list[Any]) -> Iterator[Edge]:
    return _number_items(list.__iter__(obj))


def read_tuple(obj: tuple[Any, ...]) -> Iterator[Edge]:
    return _number_items(tuple.__iter__(obj))


def read_deque(obj: collections.deque[Any]) -> Iterator[Edge]:
    return _number_items(collections.deque.__iter__(obj))


def read_set(obj: set[Any]) -> Iterator[Edge]:
    return _sort_elements(set.__iter__(obj))


def read_frozenset(obj: frozenset[Any]) -> Iterator[Edge]:
    return _sort_elements(frozenset.__iter__(obj))


def _number_items(found: Iterator[Any]) -> Iterator[Edge]:
    for number, child in enumerate(list(found)):
        yield (ITEM, number), child


def _sort_elements(found: Iterator[Any]) -> Iterator[Edge]:
    """Elements by the names of their types: their own order is that of addresses."""
    children = list(found)
    if len({id(type(child)) for child in children}) > 1:
        children.sort(key=lambda child: introspection.name_of(type(child)))
    for child in children:
        yield (ELEMENT, child), child


def read_weakref(obj: weakref.ref[Any]) -> Iterator[Edge]:
    # Not obj(): a subclass may have a call of its own.
    yield (TEXT, "()"), weakref.ref.__call__(obj)


def read_memoryview(obj: memoryview) -> Iterator[Edge]:
    try:
        yield (ATTRIBUTE, "obj"), obj.obj
    except ValueError:  # released
        return


def read_cell(obj: types.CellType) -> Iterator[Edge]:
    try:
        yield (ATTRIBUTE, "cell_contents"), obj.cell_contents
    except ValueError:  # its variable is not set yet
        return


def read_exception(obj: BaseException) -> Iterator[Edge]:
    """Without the traceback: it holds the locals of frames, those of the test among them."""
    for name in ("args", "__cause__", "__context__"):
        yield (ATTRIBUTE, name), BaseException.__dict__[name].__get__(obj)


def read_context(obj: Context) -> Iterator[Edge]:
    for variable, value in list(Context.items(obj)):
        yield (TEXT, f"[<ContextVar {str.__str__(variable.name)}>]"), value


def read_thread_local(obj: threading.local) -> Iterator[Edge]:
    """Another thread's attributes cannot be asked for."""
    starts = next(
        c for c in introspection.mro(type(obj)) if "__init__" in introspection.namespace(c)
    )
    # A subclass's own runs once a thread, when the thread first asks: that would be now.
    if starts is object or starts is threading.local:
        yield from read_attributes(threading.local.__getattribute__(obj, "__dict__"))


def read_method(obj: types.MethodType) -> Iterator[Edge]:
    yield (ATTRIBUTE, "__self__"), obj.__self__
    owner = obj.__self__ if introspection.is_a(obj.__self__, type) else type(obj.__self__)
    if not any(value is obj.__func__ for value in _list_methods(owner)):
        yield (ATTRIBUTE, "__func__"), obj.__func__


def _list_methods(cls: Any) -> Iterator[object]:
    for base in introspection.mro(cls):
        for value in list(introspection.namespace(base).values()):
            yield value.__func__ if type(value) is classmethod else value


def read_builtin_method(obj: types.BuiltinFunctionType) -> Iterator[Edge]:
    yield (ATTRIBUTE, "__self__"), obj.__self__


def read_partial(obj: functools.partial[Any]) -> Iterator[Edge]:
    yield (ATTRIBUTE, "func"), obj.func
    for (_, number), child in read_tuple(obj.args):
        yield (TEXT, f".args[{number}]"), child
    for name, child in list(dict.items(obj.keywords)):
        yield (TEXT, f'.keywords["{name}"]'), child


def read_function(obj: types.FunctionType) -> Iterator[Edge]:
    """Defaults and attributes. Globals are the module's, and shared by right."""
    for number, child in enumerate(obj.__defaults__ or ()):
        yield (TEXT, f".__defaults__[{number}]"), child
    for name, child in list((obj.__kwdefaults__ or {}).items()):
        yield (TEXT, f'.__kwdefaults__["{name}"]'), child
    yield from read_attributes(obj.__dict__)


def read_cache(obj: Any) -> Iterator[Edge]:
    """What a function under :func:`functools.lru_cache` is, and what it remembers.

    The table itself is code's own. It is the last dict before the attributes
    (CPython, ``lru_cache_tp_traverse`` in Modules/_functoolsmodule.c).
    """
    yield from read_attributes(obj.__dict__)
    found = [child for child in gc.get_referents(obj) if child is not obj.__dict__]
    table = next((child for child in reversed(found) if type(child) is dict), {})
    known = (child for pair in list(dict.items(table)) for child in pair)
    for child in (*found, *known):
        # The links of a bounded cache are the table's own too, and told of by their ends.
        if child is not table and introspection.name_of(type(child)) != "functools._lru_list_elem":
            yield (TEXT, ".<cache>"), child


def read_suspended(obj: Any) -> Iterator[Edge]:
    """The locals of a generator or coroutine, unless it runs: then they are the caller's.

    Before 3.13 (PEP 667) to read them by name leaves a copy of them in the frame.
    """
    prefix = {types.GeneratorType: "gi", types.CoroutineType: "cr"}.get(type(obj), "ag")
    # An asynchronous generator says that it runs while it waits, too.
    if getattr(obj, f"{prefix}_running") and not getattr(obj, f"{prefix}_suspended", False):
        return
    frame = getattr(obj, f"{prefix}_frame")
    if sys.version_info >= (3, 13) and frame is not None:
        for name, child in list(frame.f_locals.items()):
            # An expression's own loop variable is called ".0".
            yield (TEXT, f".<locals>.{name}" if name.isidentifier() else ".<local>"), child
    for child in gc.get_referents(obj):
        yield (TEXT, ".<local>"), child


def read_rest(obj: object) -> Iterator[Edge]:
    """All else that it holds, as the garbage collector knows it.

    But for the context that a task or a callback was made in: like a module's
    globals it is around them, not theirs.
    """
    for child in gc.get_referents(obj):
        if type(child) is not Context:
            yield REFERENT, child


def read_rest_but(own: Callable[[Any], dict[str, Any]]) -> Part:
    """As :func:`read_rest`, without the ``__dict__`` that *own* reads."""

    def part(obj: object) -> Iterator[Edge]:
        known = own(obj)
        for child in gc.get_referents(obj):
            if child is not known and type(child) is not Context:
                yield REFERENT, child

    return part


def read_attributes_by(own: Callable[[Any], dict[str, Any]]) -> Part:
    return lambda obj: read_attributes(own(obj))


def read_slots(found: tuple[tuple[str, Callable[[Any], object]], ...]) -> Part:
    def part(obj: object) -> Iterator[Edge]:
        for name, getter in found:
            try:
                child = getter(obj)
            except AttributeError:  # not set
                continue
            yield (ATTRIBUTE, name), child

    return part


def read_class_attributes(
    found: tuple[tuple[str, type, object], ...], own: Callable[[Any], dict[str, Any]] | None
) -> Part:
    """What instances see of their class, where they have nothing of that name themselves."""

    def part(obj: object) -> Iterator[Edge]:
        hidden = own(obj) if own else ()
        for name, owner, child in found:
            if name not in hidden:
                yield (CLASS, (name, owner)), child

    return part


def open_attributes(own: Callable[[Any], dict[str, Any]]) -> Opening:
    def opening(obj: object) -> Iterator[OwnHolder]:
        found = own(obj)
        yield OwnHolder((ATTRIBUTE, "__dict__"), found, read_attributes(found), False)

    return opening


def open_mapping(obj: types.MappingProxyType[Any, Any]) -> Iterator[OwnHolder]:
    """The mapping behind a proxy or a view, which can be read by it, and not changed."""
    for holder in gc.get_referents(obj):
        if introspection.is_a(holder, dict):
            yield OwnHolder((TEXT, ".<mapping>"), holder, read_items(holder), True)
        else:
            yield OwnHolder((TEXT, ".<mapping>"), None, ((REFERENT, holder),), True)
