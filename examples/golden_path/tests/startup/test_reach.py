"""What a fresh interpreter reaches when it imports the application, by pyproject.toml's rules."""

from pytest_ssot import Ssot


def test_the_application_starts_without_what_is_deprecated(ssot: Ssot) -> None:
    reached = [f"{one.importer.path}:{one.importer.line}" for one in ssot.startup("app.main")]
    assert reached == []
