"""Adds tables to a pyproject.toml as text, so that all that is there stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_ssot.config.load import SECTION
from pytest_ssot.config.mistakes import Wrong
from pytest_ssot.config.toml import parse_toml


class NewTable(NamedTuple):
    """One table for the list *name* (``rules``), with the comments that go before it."""

    name: str
    values: Mapping[str, object]
    comments: tuple[str, ...]


def append_tables(text: str, entries: Sequence[NewTable]) -> str:
    """*text*, a TOML document, with *entries* after those that it has.

    Nothing else is changed: the result is *text* with insertions. Raises Wrong
    where *text* is no TOML, or is written in a way that cannot be added to.
    """
    for name in dict.fromkeys(entry.name for entry in entries):
        text = _append_to_list(text, name, [entry for entry in entries if entry.name == name])
    return text


def render_tables(entries: Sequence[NewTable], newline: str = "\n") -> str:
    """The tables as they are written, with a blank line between them."""
    return f"{newline}".join(_render_table(entry, newline) for entry in entries)


def _append_to_list(text: str, name: str, entries: Sequence[NewTable]) -> str:
    wanted = parse_toml(text.encode("utf-8"))
    tools = wanted.setdefault("tool", {})
    section = tools.setdefault("pytest-ssot", {}) if isinstance(tools, dict) else None
    if not isinstance(section, dict):
        raise Wrong("[tool] and [tool.pytest-ssot] must be tables")
    section.setdefault(name, []).extend(dict(entry.values) for entry in entries)
    ways: tuple[Callable[[str, str, Sequence[NewTable]], str], ...]
    ways = (_append_after_last, _append_at_end, _append_inline)
    for way in ways:
        try:
            changed = way(text, name, entries)
            if parse_toml(changed.encode("utf-8")) == wanted and _only_grew(text, changed):
                return changed
        # What a way cannot do it refuses in many words; another one may.
        except (Wrong, ValueError, TypeError, AttributeError, LookupError, StopIteration):
            continue
    raise Wrong(f"[{SECTION}] is written in a way that cannot be added to; write it as a table")


def _only_grew(old: str, new: str) -> bool:
    """Whether *new* is *old* with one insertion."""
    before = _count_common(old, new)
    return new.endswith(old[before:]) and len(new) > len(old)


def _count_common(first: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(first, other, strict=False))
    return next((at for at, (mine, theirs) in pairs if mine != theirs), min(len(first), len(other)))


def _append_after_last(text: str, name: str, entries: Sequence[NewTable]) -> str:
    """As tables after the last one of the list, where the file goes on after it."""
    import tomlkit

    document = tomlkit.parse(text)
    tables: Any = document["tool"]["pytest-ssot"][name]
    probe = tomlkit.table()
    probe["x"] = 1
    tables.append(probe)
    end = _count_common(text, document.as_string())
    end = text.rfind("\n", 0, end) + 1  # a bracket may be what both have in common
    head, tail = text[:end], text[end:]
    if not tail.strip():
        raise Wrong("is at the end")
    # The comment right above the next header is about that one.
    own = re.search(r"(?:^[ \t]*#.*\n)+\Z", head, re.MULTILINE)
    if own:
        head, tail = head[: own.start()], own[0] + tail
    newline = _find_newline(text)
    return f"{_end_lines(head, newline)}{render_tables(entries, newline)}{newline}{tail}"


def _append_at_end(text: str, name: str, entries: Sequence[NewTable]) -> str:
    newline = _find_newline(text)
    return _end_lines(text, newline) + render_tables(entries, newline)


def _append_inline(text: str, name: str, entries: Sequence[NewTable]) -> str:
    """As items of an array, where the list, or the section, is written in line."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    holder = document
    for key in ("tool", "pytest-ssot"):
        if key not in holder:
            holder[key] = tomlkit.inline_table()
        holder = holder[key]
    if name not in holder:
        holder[name] = tomlkit.array()
    array = holder[name]
    for entry in entries:
        for comment in entry.comments:
            array.add_line(comment=comment, indent="    ")
        array.add_line(_make_inline(entry.values), indent="    ")
    array.add_line(indent="")
    changed: str = document.as_string()
    if _find_newline(text) != "\n":
        changed = re.sub(r"(?<!\r)\n", "\r\n", changed)
    # The blank before a closing brace is lost on the way: what is new goes before it.
    start = _count_common(text, changed)
    end = len(changed) - min(
        _count_common(text[::-1], changed[::-1]), len(text) - start, len(changed) - start
    )
    return text[:start] + changed[start:end] + text[start:]


def _make_inline(values: Mapping[str, object]) -> Any:
    import tomlkit

    table = tomlkit.inline_table()
    for key, value in values.items():
        table[key] = _make_inline(value) if isinstance(value, Mapping) else value
    return table


def _end_lines(text: str, newline: str) -> str:
    """*text* with its last line ended, and a blank line after it."""
    if not text:
        return text
    ended = text if text.endswith("\n") else text + newline
    return ended if ended.endswith(("\n\n", "\r\n\r\n")) else ended + newline


def _render_table(entry: NewTable, newline: str) -> str:
    return newline.join([*_list_lines(entry), ""])


def _list_lines(entry: NewTable) -> Iterator[str]:
    import tomlkit

    yield from (f"# {comment}" for comment in entry.comments)
    yield f"[[{SECTION}.{entry.name}]]"
    for key, value in entry.values.items():
        if isinstance(value, Mapping):
            pairs = (
                f"{tomlkit.key(name).as_string()} = {tomlkit.item(item).as_string()}"
                for name, item in value.items()
            )
            yield f"{key} = {{ {', '.join(pairs)} }}"
        else:
            yield f"{key} = {tomlkit.item(value).as_string()}"


def _find_newline(text: str) -> str:
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
