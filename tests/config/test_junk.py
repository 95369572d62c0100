"""Whatever stands in the file, the answer is a configuration or a usage error."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.config.options import OPTIONS
from pytest_ssot.config.schema import SCHEMAS
from pytest_ssot.errors import UsageError
from pytest_ssot.rules.configured import Configured, load_configured

NAMES = ["a.b", "a.b:C", "class", "x/y.py", "", "2.0", "report", "json:x", "(", "2027-01-01", "*"]
texts = st.text('ab.:/ \0\n\t"é[(*\\', max_size=8)
scalars = st.one_of(
    st.sampled_from(NAMES),
    texts,
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=3)
    ),
    max_leaves=6,
)


KEYS = sorted({key for schema in SCHEMAS.values() for key in schema.keys})
entries = st.lists(st.dictionaries(st.sampled_from(KEYS), values, max_size=4), max_size=3)
TOP = sorted({option.name for option in OPTIONS} | set(SCHEMAS) | {"unknown"})
tables = st.dictionaries(st.sampled_from(TOP), values | entries, max_size=5)


def load_or_refuse(
    document: bytes, ini: Mapping[str, object], extra: object = ()
) -> Configured | None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_bytes(document)
        try:
            return load_configured(Path(folder), ini, {}, [("hook", extra)])
        except UsageError:
            return None


def toml(value: object) -> str:
    """A value as inline TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = (c if c.isalnum() else f"\\U{ord(c):08x}" for c in value)
        return f'"{"".join(escaped)}"'
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{toml(k)} = {toml(v)}' for k, v in value.items())}}}"
    return repr(value)


@given(tables)
def test_any_table_loads_or_is_refused(table: dict[str, object]) -> None:
    lines = [f"{toml(name)} = {toml(value)}" for name, value in table.items()]
    load_or_refuse("\n".join(["[tool.pytest-ssot]", *lines]).encode(), {})


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_load_or_are_refused(data: bytes, inside: bool) -> None:
    load_or_refuse(b"[tool.pytest-ssot]\n" + data if inside else data + b"# pytest-ssot", {})


@given(st.dictionaries(st.sampled_from([option.name for option in OPTIONS]), values))
def test_any_ini_value_loads_or_is_refused(ini: dict[str, object]) -> None:
    load_or_refuse(b"", ini)


@given(st.none() | st.binary() | st.lists(st.none() | st.dictionaries(values.map(str), values)))
def test_anything_from_a_hook_loads_or_is_refused(extra: object) -> None:
    load_or_refuse(b"", {}, extra)


@given(st.sampled_from(NAMES))
def test_a_sound_table_made_by_this_test_does_load(reason: str) -> None:
    """Else the tests above might only ever see refusals."""
    rule = {"deprecated": "a.b", "reason": reason or "x"}
    document = f"[tool.pytest-ssot]\nrules = [{toml(rule)}]\n"
    configured = load_or_refuse(document.encode(), {})
    assert configured is not None
    assert configured.rules.find("a.b") is not None
