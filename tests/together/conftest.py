"""Runs here have with them what is installed, each as far as it asks for that."""

from __future__ import annotations

import pytest

from tests.conftest import Project, load_what_is_installed


@pytest.fixture
def project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    if project.fresh:
        load_what_is_installed(monkeypatch)
    return project
