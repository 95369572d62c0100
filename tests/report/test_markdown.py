"""Markdown for a comment or a job summary: nothing that it tells becomes markup."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.model import Kind, Site, Violation
from pytest_ssot.report.document import make_document
from pytest_ssot.report.formats.markdown import render as markdown
from pytest_ssot.rules.rule import Rule

# ruff: noqa: E501 - a row of a table is a line

ODD = r"""## pytest-ssot

fails: 3, known: 1, allowed: 1, indirect: 1

### By rule

| rule | use | fails | known | allowed | indirect |
| --- | --- | --: | --: | --: | --: |
| [`` old\|`id` ``](<https://example.com/%C3%BC?a=1%7C2&b=%3Cc%3E>) | `app.new` | 2 | 1 | 0 | 0 |
| `app.names:Gone` |  | 1 | 0 | 1 | 0 |
| `DeprecationWarning` |  | 0 | 0 | 0 | 1 |

### What fails, by importer

| importer | uses | instead | seen |
| --- | --- | --- | --- |
| `app/my file#1.py:3` | `app.old`: `X`, `make` | `nothing replaces X line by line`<br>`from app.new import build as make` | 2 tests |
| `app/z.py:5` | `app.names:Gone`: `Gone` |  | outside any test |

### Not read

| file | error |
| --- | --- |
| `app/bro\|ken.py` | line 3: \`(\` was never closed \<here\> |

### Not observed

- app.old (loaded before the watch; imported by app/\*\_early\_\*.py:3)
- \- @<!-- -->team \[x\](y)

### Errors

- KeyError: '\<100%\>'
"""


def test_the_odd_document(odd: dict[str, Any]) -> None:
    assert markdown(odd) == ODD


def test_nothing_found() -> None:
    data = make_document([], [Rule("r", "a.b")], {"r": 0}, [], [])
    assert markdown(data) == "## pytest-ssot\n\nfails: 0\n"


def test_a_long_list_fits_a_comment() -> None:
    """GitHub refuses a comment of more than 65,536 characters."""
    sites = [Site(f"app/a_rather_long_name_of_a_folder/module_{n}.py", n + 1) for n in range(2000)]
    found = [Violation("r", Kind.IMPORT, "app.old.module", "make", site) for site in sites]
    unseen = [f"app.early_{n} (loaded before the watch)" for n in range(2000)]
    data = make_document(found, [Rule("r", "app.old", use="app.new")], {"r": 2000}, [], unseen)
    text = markdown(data)
    assert len(text) < 40_000
    assert text.count("… and 1900 more.") == 2
    assert "fails: 2000" in text


@given(path=st.text(min_size=1), message=st.text(), error=st.text())
def test_every_row_has_the_columns_of_its_table(path: str, message: str, error: str) -> None:
    one = Violation("r", Kind.WARNING, path, None, Site(path, 1), message=message)
    text = markdown(make_document([one], [], {}, [(path, error)], [error]))
    for block in re.split(r"[\r\n]{2,}", text):
        lines = re.split(r"[\r\n]", block.rstrip("\n"))
        if lines[0].startswith("|"):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1
            assert len(lines) == 3
