"""What tests of the scan share: files, a rule, and the sites that are found."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pytest_ssot.model import Violation
from pytest_ssot.policy.run.inventory import Inventory, take_inventory
from pytest_ssot.rules.configured import load_configured

#: Takes files by path, rules (the keys of their tables), and settings.
Scan = Callable[..., Inventory]

DAY = datetime.date(2027, 1, 1)
OLD = {"app/__init__.py": "", "app/old.py": "X = 1\n_P = 2\ndef make(): return X\n"}


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    """Scans a project of its own, anew each time."""
    number = 0

    def scanned(
        files: Mapping[str, str | bytes],
        *rules: str,
        settings: str = "",
        tables: str = "",
        today: datetime.date = DAY,
    ) -> Inventory:
        nonlocal number
        number += 1
        root = tmp_path / str(number)
        written = "".join(f"[[tool.pytest-ssot.rules]]\n{rule}\n" for rule in rules)
        config = f"[tool.pytest-ssot]\n{settings}\n{written}{tables}"
        for name, text in {"pyproject.toml": config, **OLD, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return take_inventory(load_configured(root, {}, {}), today, cache=False)

    return scanned


def _place(one: Violation, own: str) -> str:
    path = "" if one.importer.path == own else f"{one.importer.path}:"
    return f"{path}{one.importer.line}:{one.importer.column}"


def places(found: Inventory, own: str = "t.py") -> list[str]:
    """``path:line:column function name form scope via …``, what is plain left out."""
    return [
        " ".join(
            filter(
                None,
                (
                    _place(one, own),
                    one.importer.function.removeprefix("<module>"),
                    str(one.name or "-"),
                    one.form.value if one.form else "",
                    "" if one.scope is None or one.scope.value == "module" else one.scope.value,
                    *(f"via {step}" for step in one.chain),
                    "" if one.verdict.value == "fails" else one.verdict.value,
                ),
            )
        )
        for one in found.violations
    ]
