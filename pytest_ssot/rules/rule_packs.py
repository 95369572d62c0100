"""Rule packs: the rules that installed distributions ship for their own deprecations."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from pytest_ssot.config.mistakes import Mistakes, Place, Wrong, describe_value
from pytest_ssot.config.toml import parse_toml
from pytest_ssot.rules.build_rules import make_rules_from_code
from pytest_ssot.rules.entrypoints import GROUP, find_distributions
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import Batch


def read_packs(order: int, mistakes: Mistakes) -> list[Batch]:
    """The rules of all installed packs, in the order of distribution and entry point.

    Whatever goes wrong in a pack is a mistake that names both.
    """
    batches: list[Batch] = []
    for number, (owner, folder) in enumerate(find_distributions().items()):
        found: list[tuple[str, str]] = []
        with mistakes.gather(Place(owner, order=(order, number))), _catch_foreign():
            found = _read_entry_points(folder)
        for name, value in found:
            place = Place(f'{owner} (entry point "{name}")', order=(order, number))
            with mistakes.gather(place), _catch_foreign():
                entries = _load_entries(folder, value)
                rules = make_rules_from_code(entries, f"entry point {owner}", place, mistakes)
                batches.append(Batch(owner, rules))
    return batches


def read_hook(origin: str, result: object, order: int, mistakes: Mistakes) -> Batch:
    """The rules that a hook gave; what goes wrong is a mistake of ``origin``."""
    place = Place(origin, order=(order,))
    rules: list[Rule] = []
    with mistakes.gather(place), _catch_foreign():
        rules = make_rules_from_code(_list_entries(result), origin, place, mistakes)
    return Batch(origin, rules)


@contextmanager
def _catch_foreign() -> Iterator[None]:
    """Other people's code runs in the block: whatever it raises becomes Wrong."""
    try:
        yield
    except Wrong:
        raise
    except Exception as error:
        problem = f"raised {type(error).__name__}: {error}".splitlines()[0]
        raise Wrong(problem) from None


def _read_entry_points(folder: str) -> list[tuple[str, str]]:
    """Name and value of each rule pack that the metadata in *folder* name, as they stand there.

    ``importlib.metadata`` does not serve: since 3.15 a value that it does not know the form of
    (``EntryPoint.pattern``) is an error before anybody asks for that one.
    """
    from configparser import ConfigParser

    parser = ConfigParser(delimiters="=", interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(Path(folder, "entry_points.txt").read_text(encoding="utf-8"))
    return sorted(parser[GROUP].items()) if GROUP in parser else []


def _load_entries(folder: str, value: str) -> list[object]:
    """What an entry point stands for, as a list of rules yet to be checked."""
    module, attribute = (part.strip() for part in value.partition("[")[0].partition(":")[::2])
    if not attribute:
        raise Wrong('must be a callable, "module:function", or a file, "package:rules.toml"')
    if attribute.endswith(".toml"):
        return _parse_entries(_read_resource(folder, module, attribute))
    loaded: Any = import_module(module)
    return _list_entries(reduce(getattr, attribute.split("."), loaded)())


def _list_entries(result: object) -> list[object]:
    if isinstance(result, str):
        return _parse_entries(result.encode())
    if isinstance(result, os.PathLike):
        return _parse_entries(Path(result).read_bytes())
    if isinstance(result, Iterable) and not isinstance(result, (bytes, Mapping)):
        return list(result)
    raise Wrong(f"must give a list of rules, TOML text or a path, not {describe_value(result)}")


def _parse_entries(data: bytes) -> list[object]:
    """``[[rules]]`` or ``[[tool.pytest-ssot.rules]]`` of a TOML document."""
    section: Any = parse_toml(data)
    if "rules" not in section:
        for key in ("tool", "pytest-ssot"):
            section = section.get(key) if isinstance(section, dict) else None
    rules = section.get("rules") if isinstance(section, dict) else None
    if not isinstance(rules, list):
        raise Wrong("holds neither [[rules]] nor [[tool.pytest-ssot.rules]]")
    return rules


def _read_resource(folder: str, package: str, path: str) -> bytes:
    """The bytes of a file in a package, which is not imported for it."""
    top, *rest = package.split(".")
    inner = "/".join([top, *rest, path])
    beside = Path(folder).parent / inner
    for place in (beside, *(Path(found, *rest, path) for found in _find_folders(top))):
        if place.is_file():
            return place.read_bytes()
    raise Wrong(f'there is no "{inner}"')


def _find_folders(top: str) -> list[str]:
    """Where a top-level package is, if it is not beside its metadata: an editable install.

    A package inside another could not be looked up without importing the other.
    """
    from importlib.util import find_spec

    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return []
    return list(spec.submodule_search_locations or ()) if spec else []
