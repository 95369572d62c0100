"""What the settings are: the defaults, the sources, and which of them wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_ssot.config.options import OPTIONS
from pytest_ssot.config.settings import Settings
from pytest_ssot.rules.configured import load_configured

# TOML, ini, command line -> what holds; in the order of the function that decides
PRECEDENCE = [
    ("toml", "ini", "flag", "flag"),
    ("toml", None, "flag", "flag"),
    (None, "ini", "flag", "flag"),
    (None, None, "flag", "flag"),
    ("toml", "ini", None, "ini"),
    (None, "ini", None, "ini"),
    ("toml", None, None, "toml"),
    (None, None, None, "ssot-baseline.json"),
]


@pytest.mark.parametrize(("toml", "ini", "flag", "holds"), PRECEDENCE)
def test_the_nearest_source_wins(
    tmp_path: Path, toml: str | None, ini: str | None, flag: str | None, holds: str | None
) -> None:
    if toml:
        (tmp_path / "pyproject.toml").write_text(f'[tool.pytest-ssot]\nbaseline = "{toml}"\n')
    configured = load_configured(tmp_path, {"baseline": ini}, {"baseline": flag})
    assert configured.settings.baseline == holds


def test_a_list_replaces_the_list_of_a_farther_source(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pytest-ssot]\nmarkers = ["a", "b"]\n')
    assert load_configured(tmp_path, {"markers": ["c"]}, {}).settings.markers == ("c",)
    assert load_configured(tmp_path, {"markers": []}, {}).settings.markers == ()


def test_an_unconfigured_project_has_the_defaults(tmp_path: Path) -> None:
    assert load_configured(tmp_path, {}, {}).settings == Settings(
        root=tmp_path,
        file=None,
        first_party=(),
        exclude=(),
        mission_critical=(),
        markers=("mission_critical",),
        warnings=("DeprecationWarning", "PendingDeprecationWarning"),
        discover=True,
        indirect="report",
        suppressed="report",
        subprocess=True,
        baseline="ssot-baseline.json",
        update_baseline=False,
        strict=False,
        scan=False,
        report=(),
        chain=False,
    )


def test_a_file_that_never_mentions_the_plugin_is_not_even_parsed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other\n")
    assert load_configured(tmp_path, {}, {}).settings.file is None


def test_every_option_can_be_written_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        """
        [tool.pytest-ssot]
        first-party = ["app", "tests"]
        exclude = ["generated"]
        mission-critical = ["tests", "tests/not_yet/*.py"]
        markers = ["critical"]
        warnings = ["FutureWarning", "acme.warnings.AcmeWarning"]
        discover = false
        indirect = "fail"
        suppressed = "ignore"
        subprocess = false
        baseline = "ssot-baseline.json"
        update-baseline = true
        strict = true
        scan = true
        report = ["json:out/report.json"]
        chain = true
        """
    )
    settings = load_configured(tmp_path, {}, {}).settings
    assert settings._asdict() == {
        "root": tmp_path,
        "file": tmp_path / "pyproject.toml",
        "first_party": ("app", "tests"),
        "exclude": ("generated",),
        "mission_critical": ("tests", "tests/not_yet/*.py"),
        "markers": ("critical",),
        "warnings": ("FutureWarning", "acme.warnings.AcmeWarning"),
        "discover": False,
        "indirect": "fail",
        "suppressed": "ignore",
        "subprocess": False,
        "baseline": "ssot-baseline.json",
        "update_baseline": True,
        "strict": True,
        "scan": True,
        "report": (("json", "out/report.json"),),
        "chain": True,
    }


def test_a_report_is_split_into_format_and_path(tmp_path: Path) -> None:
    (report,) = load_configured(tmp_path, {}, {"report": ["json:C:\\out.json"]}).settings.report
    assert (report.format, report.path) == ("json", "C:\\out.json")


def test_settings_hold_exactly_the_options() -> None:
    names = list(Settings._fields)
    assert names == ["root", "file", *(option.attribute for option in OPTIONS)]


def test_an_options_names_are_derived_from_its_toml_name() -> None:
    option = next(option for option in OPTIONS if option.name == "first-party")
    assert (option.attribute, option.ini, option.flag_name, option.ini_type) == (
        "first_party",
        "ssot_first_party",
        "--ssot-first-party",
        "args",
    )
