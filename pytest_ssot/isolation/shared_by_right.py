"""What may be shared: values that cannot change, code, and what a process has one of."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import functools
import ipaddress
import logging
import operator
import pathlib
import re
import selectors
import struct
import sys
import types
import typing
import uuid
import weakref
from collections.abc import Iterable, Iterator
from contextvars import ContextVar, Token
from typing import Any

from pytest_ssot.files import find_standard_library
from pytest_ssot.isolation import introspection

#: A subclass of these may have attributes, and those may lead on.
LEAVES: tuple[type, ...] = (
    *(int, float, complex, str, bytes, range),
    *(datetime.date, datetime.time, datetime.timedelta),
    *(decimal.Decimal, fractions.Fraction, pathlib.PurePath, uuid.UUID, struct.Struct),
)
#: Neither told nor followed, nor are their subclasses.
BY_RIGHT: tuple[type, ...] = (
    *(types.NoneType, types.EllipsisType, types.NotImplementedType, bool, re.Pattern, re.Match),
    *(datetime.tzinfo, ipaddress._IPAddressBase),
    *(type, types.ModuleType, types.CodeType, enum.Enum, ContextVar, Token),
    # What ran, and not what is: the locals of frames, those of the test among them.
    *(types.FrameType, types.TracebackType),
    *(types.GetSetDescriptorType, types.MemberDescriptorType, types.MethodDescriptorType),
    *(types.WrapperDescriptorType, types.ClassMethodDescriptorType),
    *(functools.cached_property, functools.partialmethod, functools.singledispatchmethod),
    *(types.GenericAlias, types.UnionType, typing.TypeVar, typing.ParamSpec),
    *(logging.Filterer, logging.Filter, logging.Formatter, logging.BufferingFormatter),
    *(logging.Manager, logging.PlaceHolder, selectors.BaseSelector),
)
#: As above, of modules that are slow to load: without them there are no instances. Or of newer
#: Pythons than the oldest.
_BY_RIGHT_IF_LOADED = (
    ("asyncio.events", "AbstractEventLoop"),
    ("asyncio.events", "AbstractEventLoopPolicy"),
    ("unittest.mock", "_SentinelObject"),  # DEFAULT, which each mock has
    ("numpy", "dtype"),
    ("builtins", "sentinel"),
    ("types", "LazyImportType"),
)
#: What reads a mapping.
VIEWS: tuple[type, ...] = (
    *(types.MappingProxyType, type({}.keys()), type({}.values()), type({}.items())),
)
if sys.version_info >= (3, 14):
    import string.templatelib  # noqa: F401  # "t" strings are there without it
_THROUGH_IF_LOADED = (
    ("builtins", "frozendict"),
    ("string.templatelib", "Interpolation"),
    ("string.templatelib", "Template"),
)
#: Looked through: they cannot change, what they hold may.
THROUGH: tuple[type, ...] = (
    *(tuple, frozenset, slice, memoryview, *VIEWS),
    *(types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType),
    *(types.CellType, functools.partial, functools._lru_cache_wrapper),
    *(operator.itemgetter, operator.attrgetter, operator.methodcaller),
    *(property, classmethod, staticmethod),
    *(weakref.ref, weakref.ProxyType, weakref.CallableProxyType),
)


def is_leaf(cls: type) -> bool:
    return any(cls is leaf for leaf in (*LEAVES, types.NoneType, bool, datetime.datetime))


def is_machinery(cls: type) -> bool:
    """Whether it is a type of typing's, or one that has no public name."""
    unnamed = ("_abc._abc_data", "_thread._localdummy")
    of_typing = introspection.module_of(cls) in ("annotationlib", "typing")
    return of_typing or introspection.name_of(cls) in unnamed


def list_by_right() -> tuple[type, ...]:
    """The types of what is shared by right, in this process at this time."""
    return (*BY_RIGHT, *_list_loaded_types(_BY_RIGHT_IF_LOADED))


def list_looked_through() -> tuple[type, ...]:
    """The types that are looked through, in this process at this time."""
    return (*THROUGH, *_list_loaded_types(_THROUGH_IF_LOADED))


def _list_loaded_types(names: Iterable[tuple[str, str]]) -> list[type]:
    found = (_find_loaded(module, name) for module, name in names)
    return [cls for cls in found if introspection.is_a(cls, type)]


def list_one_in_a_process() -> Iterator[object]:
    """The objects that are shared by right.

    The namespaces of modules, the globals of the standard library (``os.environ``,
    ``email.policy.default``), the standard streams, the task that runs.
    """
    for name, module in list(sys.modules.items()):
        if introspection.is_a(module, types.ModuleType):
            variables = introspection.variables_of(module)
            yield variables
            if _is_standard(name, variables):
                yield from list(variables.values())
    yield from (sys.stdin, sys.stdout, sys.stderr)
    yield from (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    running = _find_loaded("asyncio.events", "_get_running_loop")
    current = _find_loaded("asyncio.tasks", "current_task")
    # The task that asks is no part of what it asks about.
    if callable(running) and callable(current) and (loop := running()) is not None:
        yield current(loop)


def is_installed(cls: type) -> bool:
    """Whether its module is of the standard library, or in ``site-packages``."""
    name = introspection.module_of(cls)
    module: Any = sys.modules.get(name)
    variables = (
        introspection.variables_of(module) if introspection.is_a(module, types.ModuleType) else {}
    )
    return _is_standard(name, variables) or _in_packages(variables.get("__file__"))


def _is_standard(name: str, variables: dict[str, Any]) -> bool:
    """By its file: a project may well have a ``queue`` or ``platform`` of its own."""
    file = variables.get("__file__")
    if type(file) is not str:
        return name.partition(".")[0] in sys.stdlib_module_names
    return file.startswith(find_standard_library()) and not _in_packages(file)


def _in_packages(file: object) -> bool:
    return type(file) is str and ("site-packages" in file or "dist-packages" in file)


def is_frozen(cls: type) -> bool:
    """Whether its fields cannot be set: of a dataclass, by attrs, or of a model of pydantic."""
    mro = introspection.mro(cls)
    is_model = any(introspection.name_of(cls) == "pydantic.main.BaseModel" for cls in mro)
    for base in mro:
        found = introspection.namespace(base)
        params, config = found.get("__dataclass_params__"), found.get("model_config")
        if (
            params is not None
            and introspection.name_of(type(params)) == "dataclasses._DataclassParams"
        ):
            return bool(params.frozen)
        if is_model and type(config) is dict:
            return config.get("frozen") is True
        setter = found.get("__setattr__")
        if type(setter) is types.FunctionType and setter.__code__.co_name == "_frozen_setattrs":
            return setter.__module__ == "attr._make"
    return False


def _find_loaded(module: str, name: str) -> Any:
    found: Any = sys.modules.get(module)
    if found is None or not introspection.is_a(found, types.ModuleType):
        return None
    return introspection.variables_of(found).get(name)
