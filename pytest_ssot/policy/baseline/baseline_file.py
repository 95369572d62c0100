"""The baseline's file: one entry a line, sorted, so that it merges well."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from pytest_ssot.errors import UsageError
from pytest_ssot.files import write_atomically
from pytest_ssot.model import Kind
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey

VERSION = 1

_CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_RUNTIME = ["runtime"]
_TEXTS = ("path", "rule", "kind", "target", "function", "message", "reason", "owner", "until")
_KNOWN = (*_TEXTS, "name", "count", "seen")
_OF_SOME_KINDS = ("target", "function", "message")


def read_entries(path: Path, shown: str, *, merging: bool = False) -> tuple[BaselineEntry, ...]:
    """The entries of the file *path*, which messages call *shown*; none if there is no file.

    With *merging*, lines that a person has put together from two branches are
    taken: of two entries for the same, the greater count counts, and commas
    between entries may be missing or too many.

    Raises UsageError for anything else that is no baseline of this version.
    """
    text = _read_text(path, shown)
    if text is None:
        return ()
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        _refuse(
            f"{shown}:{_line_at(text, conflict.start())}",
            f"merge conflict ({conflict[1]})",
            "keep the lines of both sides, then run: pytest-ssot baseline --update",
        )
    if merging:
        text = re.sub(r"\}[ \t,]*(\r?\n\s*)\{", r"},\1{", text)
        text = re.sub(r"\}[ \t,]*(\r?\n\s*)\]", r"}\1]", text)
    found: dict[tuple[EntryKey, bool], BaselineEntry] = {}
    for place, raw in _parse_document(text, shown, merging):
        entry = _parse_entry(raw, place)
        other = found.setdefault((entry.key, entry.runtime), entry)
        if other is not entry:
            if not merging:
                _refuse(place, f"a second entry for {entry}", _MERGE)
            found[entry.key, entry.runtime] = max(other, entry, key=lambda entry: entry.number)
    return tuple(sorted(found.values(), key=lambda entry: entry.order))


def write_entries(path: Path, shown: str, entries: Iterable[BaselineEntry]) -> None:
    """Write *entries*, sorted, to the file *path*, which messages call *shown*.

    Raises UsageError where the file cannot be written.
    """
    text = render_entries(entries)
    try:
        # A link stays one: what it leads to is the file.
        write_atomically(path.resolve(), text)
    except OSError as error:
        raise UsageError(f"{shown}: cannot be written: {error.strerror or error}") from None


def render_entries(entries: Iterable[BaselineEntry]) -> str:
    """The file for *entries*: the same entries give the same text."""
    lines = [
        f"  {_dump_on_a_line(_entry_to_json(entry))}"
        for entry in sorted(entries, key=lambda entry: entry.order)
    ]
    return (
        f'{{"version": {VERSION}, "entries": [\n' + ",\n".join(lines) + "\n" * bool(lines) + "]}\n"
    )


_MERGE = "keep one, with the greater count, or run: pytest-ssot baseline --update"
_RESTORE = "take it from version control, or delete it and run: pytest-ssot baseline"
_MERGED = f"if two branches were put together, run: pytest-ssot baseline --update; else {_RESTORE}"


def _read_text(path: Path, shown: str) -> str | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _refuse(shown, f"cannot be read: {error.strerror or error}", "it has to be a readable file")
    if not data.strip():
        _refuse(shown, "is empty", _RESTORE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(f"{shown}:{line}", "is not UTF-8", "save it as UTF-8")


def _parse_document(text: str, shown: str, merging: bool) -> Iterator[tuple[str, Any]]:
    """Each entry with its place, ``file:line``; the document around them checked."""
    try:
        document = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        what = _RESTORE if merging else _MERGED
        _refuse(f"{shown}:{error.lineno}", f"is no JSON: {error.msg}", what)
    except (ValueError, RecursionError) as error:
        _refuse(shown, f"is no baseline: {error}", _RESTORE)
    if not isinstance(document, dict) or "version" not in document:
        _refuse(shown, 'is no baseline: it has no "version"', _RESTORE)
    version = document["version"]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        _refuse(shown, f'"version" must be {VERSION}', _RESTORE)
    if version > VERSION:
        needed = f"has version {version}, this pytest-ssot reads {VERSION}"
        _refuse(shown, needed, "use the pytest-ssot that wrote it, or a newer one")
    unknown = sorted(document.keys() - {"version", "entries"})
    if unknown:
        _refuse(shown, f'unknown key "{unknown[0]}"', "known: version, entries")
    entries = document.get("entries")
    if not isinstance(entries, list):
        _refuse(shown, '"entries" must be a list', _RESTORE)
    lines = _find_entry_lines(text)
    for number, raw in enumerate(entries):
        if not isinstance(raw, dict):
            _refuse(shown, f"entry #{number + 1} must be an object", _RESTORE)
        yield f"{shown}:{lines[number]}", raw


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the key "{twice}" is there twice in one object')
    return found


def _find_entry_lines(text: str) -> list[int]:
    """The lines on which the entries, which are objects in a list in an object, begin."""
    lines, depth, line = [], 0, 1
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[][{}\n]', text):
        if token[0] == "\n":
            line += 1
        elif token[0] in ("{", "["):
            depth += 1
            lines += [line] if depth == 3 else []
        elif token[0] in ("}", "]"):
            depth -= 1
    return lines


def _parse_entry(raw: dict[str, Any], place: str) -> BaselineEntry:
    unknown = sorted(raw.keys() - {*_KNOWN})
    if unknown:
        _refuse(place, f'unknown key "{unknown[0]}"', f"known: {', '.join(_KNOWN)}")
    for name in ("path", "rule", "name", "count"):
        if name not in raw:
            _refuse(place, f'"{name}" is missing', _RESTORE)
    for name in _TEXTS:
        empty_is_fine = name in _OF_SOME_KINDS
        if name in raw and not (isinstance(raw[name], str) and (raw[name] or empty_is_fine)):
            _refuse(place, f'"{name}" must be a text', "leave it out if there is none")
    if not (raw["name"] is None or (isinstance(raw["name"], str) and raw["name"])):
        _refuse(place, '"name" must be a text, or null for the module itself', _RESTORE)
    count = raw["count"]
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        _refuse(place, '"count" must be a whole number from 1', "delete the line if none is left")
    _check_seen(raw, place)
    _check_kind(raw, place)
    own = {name: raw.get(name, "") for name in ("kind", *_OF_SOME_KINDS)}
    return BaselineEntry(
        EntryKey(raw["path"], raw["rule"], raw["name"], **own),
        count,
        "seen" in raw,
        raw.get("reason"),
        raw.get("owner"),
        _parse_until(raw.get("until"), place),
    )


def _check_seen(raw: dict[str, Any], place: str) -> None:
    if "seen" in raw and raw["seen"] != _RUNTIME:
        known = json.dumps(_RUNTIME)
        _refuse(place, f'"seen" must be {known}', "leave it out for what stands in source")


def _check_kind(raw: dict[str, Any], place: str) -> None:
    kinds = {kind.value: kind.traits for kind in Kind if kind.traits.own_entry}
    kind = raw.get("kind")
    if kind is not None and kind not in kinds:
        known = " or ".join(f'"{name}"' for name in kinds)
        _refuse(place, f'"kind" must be {known}', "leave it out for all else")
    seen_by = kinds[kind].seen_by if kind else ("runtime", "static")
    if "static" not in seen_by and "seen" not in raw:
        _refuse(place, f"only a run can see a {kind}", f'add "seen": {json.dumps(_RUNTIME)}')
    if "runtime" not in seen_by and "seen" in raw:
        _refuse(place, f"what is {kind} stands in source", 'leave out "seen"')
    own = kinds[kind].own_entry if kind else ()
    for name in _OF_SOME_KINDS:
        if name in raw and name not in own:
            whose = next(kind for kind, traits in kinds.items() if name in traits.own_entry)
            what_to_do = f'add "kind": "{whose}", or leave it out'
            _refuse(place, f'"{name}" is for {whose}s', what_to_do)


def _parse_until(value: str | None, place: str) -> datetime.date | None:
    try:
        if value is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return datetime.date.fromisoformat(value)
    except ValueError:
        pass
    if value is not None:
        _refuse(place, f'"until" is no date: "{value}"', "write YYYY-MM-DD")
    return None


def _entry_to_json(entry: BaselineEntry) -> dict[str, Any]:
    key = entry.key
    raw: dict[str, Any] = {"path": key.path, "rule": key.rule, "name": key.name}
    if key.kind:
        raw["kind"] = key.kind
        own = Kind(key.kind).traits.own_entry
        raw |= {name: getattr(key, name) for name in _OF_SOME_KINDS if name in own}
    raw["count"] = entry.number
    if entry.runtime:
        raw["seen"] = _RUNTIME
    until = None if entry.until is None else entry.until.isoformat()
    more = {"reason": entry.reason, "owner": entry.owner, "until": until}
    return raw | {name: value for name, value in more.items() if value is not None}


def _dump_on_a_line(raw: dict[str, Any]) -> str:
    """*raw* on a line; escaped where a file's name is no text that UTF-8 has."""
    text = json.dumps(raw, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(raw)
    return text


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _refuse(place: str, problem: str, what_to_do: str) -> NoReturn:
    raise UsageError(f"{place}: {problem}; {what_to_do}")
