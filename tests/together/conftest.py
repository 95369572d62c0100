"""Runs here have with them what is installed, each as far as it asks for that."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Project, load_what_is_installed
from tests.forker import Forker


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """Each run loads all plugins itself."""
    with Forker() as forker:
        yield forker


@pytest.fixture
def project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    if project.fresh or project.forker is not None:
        load_what_is_installed(monkeypatch)
    return project
