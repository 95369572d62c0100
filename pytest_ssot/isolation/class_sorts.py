"""What sort of thing the instances of a class are, decided once a class."""

from __future__ import annotations

import collections
import functools
import gc
import io
import socket
import threading
import types
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import Context
from typing import Any, NamedTuple

from pytest_ssot.isolation import closures, edges, introspection, shared_by_right
from pytest_ssot.isolation.ignore_argument import IgnoredThings

#: Whose contents are read in a way of their own. Exact instances hold nothing else.
_WHOLE: Mapping[type, edges.Part] = types.MappingProxyType(
    {
        list: edges.read_list,
        tuple: edges.read_tuple,
        dict: edges.read_items,
        set: edges.read_set,
        frozenset: edges.read_frozenset,
        types.MethodType: edges.read_method,
        types.BuiltinFunctionType: edges.read_builtin_method,
        types.FunctionType: edges.read_function,
        functools.partial: edges.read_partial,
        functools._lru_cache_wrapper: edges.read_cache,
        types.GeneratorType: edges.read_suspended,
        types.CoroutineType: edges.read_suspended,
        types.AsyncGeneratorType: edges.read_suspended,
        types.CellType: edges.read_cell,
        memoryview: edges.read_memoryview,
        Context: edges.read_context,
        threading.local: edges.read_thread_local,
        **({edges.FROZEN_DICT: edges.read_frozen_items} if edges.FROZEN_DICT else {}),
    }
)
#: As above, next to what is found as for any other object.
_PARTS: tuple[tuple[type, edges.Part], ...] = (
    (collections.deque, edges.read_deque),
    (weakref.ref, edges.read_weakref),
    (BaseException, edges.read_exception),
)
_OPENINGS: tuple[tuple[type, edges.Opening], ...] = (
    (types.FunctionType, closures.open_closure),
    *((cls, edges.open_mapping) for cls in shared_by_right.VIEWS),
)
#: Class attributes that are tables of how a class is made.
_MADE_BY_A_METACLASS = frozenset(
    (
        "_abc_impl",  # abc
        "_field_defaults",  # typing.NamedTuple, collections.namedtuple
        "model_config",  # pydantic
    )
)
#: What a decorator copies from the function that it wraps.
_SAID_OF_CODE = frozenset(("__annotations__", "__type_params__"))
#: What a library keeps of its surroundings in its own objects.
_SURROUNDINGS = (
    ("threading.Thread", frozenset(("_stderr", "_invoke_excepthook", "_context"))),
    ("asyncio.events.Handle", frozenset(("_context",))),
    # What a mock looks like, down to the values of class attributes.
    ("unittest.mock._SpecState", frozenset(("spec",))),
    ("pydantic.main.BaseModel", frozenset(("__pydantic_fields_set__",))),
)
Slots = tuple[tuple[str, Callable[[Any], object]], ...]


class FileDescriptor:
    """A file that the operating system has open: objects with one number share it."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class ClassSort(NamedTuple):
    """How instances of *cls* are looked at.

    ``state`` says that they can change. ``value`` says that they cannot but for
    attributes of their own, if ``own`` reads any. Edges by one of the names ``dropped``
    are not followed.
    """

    cls: type  # kept alive: sorts are found by its address
    state: bool
    value: bool
    own: Callable[[Any], dict[str, Any]] | None
    openings: tuple[edges.Opening, ...]
    parts: tuple[edges.Part, ...]
    dropped: frozenset[str]

    def is_state(self, obj: object) -> bool:
        if self.value:
            return bool(self.own and self.own(obj))
        return self.state


class ClassSorts:
    """The sorts of all classes that a comparison comes across."""

    def __init__(self, ignored: IgnoredThings, home: frozenset[str]) -> None:
        """Classes of the packages *home* are read for attributes, installed or not."""
        self._ignored = ignored
        self._home = home
        self._by_right = (*shared_by_right.list_by_right(), *ignored.types)
        self._through = shared_by_right.list_looked_through()
        self._proxied: dict[int, tuple[object, object]] | None = None
        self._descriptors: dict[int, FileDescriptor] = {}
        #: By the address of the class, which may have a ``__hash__`` of its own.
        self.known: dict[int, ClassSort | None] = {}
        #: What is not looked at, by address; all of it kept alive.
        self.passed = {
            id(obj): obj for obj in (*shared_by_right.list_one_in_a_process(), *ignored.objects)
        }

    def find_sort(self, cls: type) -> ClassSort | None:
        """The sort of *cls*, None where its instances are neither told nor followed."""
        sort = self._make_sort(cls)
        self.known[id(cls)] = sort
        self.passed[id(cls)] = cls  # so that no other class gets its address
        return sort

    def is_state(self, obj: object) -> bool:
        sort = self.known[id(type(obj))]
        return sort is not None and sort.is_state(obj)

    def _make_sort(self, cls: type) -> ClassSort | None:
        mro = introspection.mro(cls)
        if _find_first(mro, self._by_right) or shared_by_right.is_machinery(cls):
            return None
        own = introspection.attributes_getter(cls)
        leaf, whole = _find_first(mro, shared_by_right.LEAVES), _find_first(mro, _WHOLE)
        slots = tuple(introspection.list_members(cls, leaf or whole or object))
        if not own and not slots and (leaf or introspection.is_bare(cls)):
            return None  # with nowhere to keep anything
        through = _find_first(mro, self._through)
        fixed = leaf or through
        state = not fixed and not shared_by_right.is_frozen(cls)
        openings = tuple(opening for base, opening in _OPENINGS if _find_first(mro, (base,)))
        parts = [_WHOLE[whole]] if whole else []
        if whole is not cls:
            if own and state:
                openings = (edges.open_attributes(own), *openings)
            elif own:
                parts.append(edges.read_attributes_by(own))
            parts += self._list_parts(cls, mro, slots)
            found = self._find_class_attributes(mro)
            parts += [edges.read_class_attributes(found, own)] if found else []
            if not whole and not leaf and through not in shared_by_right.VIEWS:
                parts.append(edges.read_rest_but(own) if own else edges.read_rest)
        value = fixed is not None and fixed is not cls
        return ClassSort(cls, state, value, own, openings, tuple(parts), self._list_dropped(mro))

    def _list_parts(self, cls: type, mro: tuple[type, ...], slots: Slots) -> Iterator[edges.Part]:
        if slots:
            yield edges.read_slots(slots)
        yield from (part for base, part in _PARTS if _find_first(mro, (base,)))
        if _find_first(mro, (weakref.ProxyType, weakref.CallableProxyType)):
            yield self._read_proxied
        if _find_first(mro, (io.FileIO, socket.SocketType)):
            yield self._read_descriptor
        for base_class in mro:
            base = introspection.namespace(base_class).get("base")
            if introspection.name_of(base_class) == "numpy.ndarray" and base is not None:
                yield edges.read_slots((("base", base.__get__),))

    def _find_class_attributes(self, mro: tuple[type, ...]) -> tuple[tuple[str, type, object], ...]:
        """What may be state among them: no method, property, value, or part of the machinery.

        Those of the standard library and of installed packages are tables of theirs,
        and shared by right wherever they are met.
        """
        seen, found = set(_MADE_BY_A_METACLASS), []
        for cls in mro:
            package = introspection.module_of(cls).partition(".")[0]
            ours = package in self._home or not shared_by_right.is_installed(cls)
            for name, value in list(introspection.namespace(cls).items()):
                if type(name) is not str or name in seen:
                    continue
                seen.add(name)
                if shared_by_right.is_leaf(type(value)):
                    continue
                if not ours:
                    self.passed[id(value)] = value
                elif not _is_machinery(name) and not introspection.is_descriptor(value):
                    found.append((name, cls, value))
        return tuple(found)

    def _list_dropped(self, mro: tuple[type, ...]) -> frozenset[str]:
        names = {introspection.name_of(cls) for cls in mro}
        around = (hidden for name, hidden in _SURROUNDINGS if name in names)
        return self._ignored.names.union(_SAID_OF_CODE, *around)

    def _read_proxied(self, obj: object) -> Iterator[edges.Edge]:
        """What a proxy stands for. Any question to the proxy would be one to that."""
        if self._proxied is None:
            self._proxied = dict(_find_proxied())
        if id(obj) in self._proxied:
            yield (edges.TEXT, "()"), self._proxied[id(obj)][1]

    def _read_descriptor(self, obj: Any) -> Iterator[edges.Edge]:
        """The number of an open file or socket, for two objects may have one number."""
        base = io.FileIO if introspection.is_a(obj, io.FileIO) else socket.SocketType
        try:
            number = base.fileno(obj)
        except ValueError:  # closed
            return
        if number > 2:  # the standard streams are the process's
            descriptor = self._descriptors.setdefault(number, FileDescriptor(number))
            yield (edges.TEXT, ".fileno()"), descriptor


def _is_machinery(name: str) -> bool:
    return name.startswith("_") and name.endswith("_")


def _find_first(mro: tuple[type, ...], wanted: Iterable[type]) -> type | None:
    """The first of *wanted* that is in *mro*, by identity."""
    for candidate in wanted:
        if any(cls is candidate for cls in mro):
            return candidate
    return None


def _find_proxied() -> Iterator[tuple[int, tuple[object, object]]]:
    for obj in gc.get_objects():
        if weakref.getweakrefcount(obj):
            for getweakref in weakref.getweakrefs(obj):
                if type(getweakref) in (weakref.ProxyType, weakref.CallableProxyType):
                    yield id(getweakref), (getweakref, obj)
