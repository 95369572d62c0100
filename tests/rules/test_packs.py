"""Rule packs of installed distributions, made on disk as an installer would."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_ssot.errors import UsageError
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.rules.ruleset import RuleSet

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a distribution on sys.path: its entry points, then its files by path."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    before = set(sys.modules)

    def make(name: str, points: str, group: str = "pytest_ssot.rules", **files: str) -> Path:
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{points}\n")
        for path, text in files.items():
            file = site / path.replace("__", "/").replace("_toml", ".toml").replace("_py", ".py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return site

    yield make
    for name in set(sys.modules) - before:
        del sys.modules[name]


def rules(root: Path, project: str = "") -> RuleSet:
    folder = root / "project"
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(project)
    return load_configured(folder, {}, {}).rules


def told(root: Path) -> str:
    with pytest.raises(UsageError) as error:
        rules(root)
    first, line = str(error.value).splitlines()
    assert first == "pytest-ssot: 1 mistake in the configuration"
    return line


def targets(found: RuleSet) -> list[str]:
    return [rule.deprecated for rule in found.rules]


ONE_RULE = '[[rules]]\ndeprecated = "acme.old"\n'


@pytest.mark.parametrize(
    "body",
    [
        "return [{'deprecated': 'acme.old'}]",
        "yield {'deprecated': 'acme.old'}",
        "return '[[rules]]\\ndeprecated = \"acme.old\"'",
        "import pathlib; return pathlib.Path(__file__).with_name('own.toml')",
    ],
)
def test_a_callable_gives_rules(tmp_path: Path, install: Install, body: str) -> None:
    files = {"acme_py": f"def rules():\n    {body}\n", "own_toml": ONE_RULE}
    install("acme-rules", "core = acme:rules", **files)
    (rule,) = rules(tmp_path).rules
    assert (rule.id, rule.origin) == ("acme.old", "entry point acme-rules")


@pytest.mark.parametrize(
    ("value", "file"),
    [
        ("acmepkg:rules.toml", "acmepkg__rules_toml"),
        ("acmepkg.sub:data/rules.toml", "acmepkg__sub__data__rules_toml"),
        ("acmepkg.sub.data:rules.toml", "acmepkg__sub__data__rules_toml"),
        ("acmepkg : rules.toml [extra]", "acmepkg__rules_toml"),
    ],
)
def test_a_resource_is_read_without_importing_its_package(
    tmp_path: Path, install: Install, value: str, file: str
) -> None:
    site = install("acme-rules", f"core = {value}", **{file: ONE_RULE})
    (site / "acmepkg" / "__init__.py").write_text("raise SystemExit('imported')")
    assert targets(rules(tmp_path)) == ["acme.old"]
    assert "acmepkg" not in sys.modules


def test_the_long_spelling_of_the_table_is_read_too(tmp_path: Path, install: Install) -> None:
    text = '[[tool.pytest-ssot.rules]]\ndeprecated = "acme.old"\n'
    install("acme-rules", "core = acmepkg:rules.toml", acmepkg__rules_toml=text)
    assert targets(rules(tmp_path)) == ["acme.old"]


def test_a_resource_of_an_editable_install(
    tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme-rules", "core = acmesrc.sub:rules.toml")
    package = tmp_path / "checkout" / "acmesrc"
    (package / "sub").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "sub" / "rules.toml").write_text(ONE_RULE)
    monkeypatch.syspath_prepend(tmp_path / "checkout")
    assert targets(rules(tmp_path)) == ["acme.old"]


BAD = [
    ("core = acme:missing", "raised AttributeError: "),
    ("core = acme_nowhere:rules", "raised ModuleNotFoundError: No module named 'acme_nowhere'"),
    ("core = acme:fails", "raised ZeroDivisionError: division by zero"),
    ("core = acme:text", "raised TypeError: 'str' object is not callable"),
    ("core = acme:nothing", "must give a list of rules, TOML text or a path, not a NoneType"),
    ("core = acme:wrong", 'rules #1: unknown key "deprecate"; did you mean "deprecated"?'),
    ("core = acme", 'must be a callable, "module:function", or a file, "package:rules.toml"'),
    ("core = acme:", 'must be a callable, "module:function", or a file, "package:rules.toml"'),
    ("core = acme-x:rules", "raised "),
    ("core = acmepkg:missing.toml", 'there is no "acmepkg/missing.toml"'),
    ("core = acmepkg:broken.toml", "is no valid TOML: "),
    ("core = acmepkg:empty.toml", "holds neither [[rules]] nor [[tool.pytest-ssot.rules]]"),
]

MODULE = """
text = "x"
def fails(): return 1 / 0
def nothing(): return None
def wrong(): return [{"deprecated": "a.b", "deprecate": "a.b"}]
"""


@pytest.mark.parametrize(("points", "words"), BAD)
def test_a_bad_pack_is_told_with_its_distribution_and_entry_point(
    tmp_path: Path, install: Install, points: str, words: str
) -> None:
    files = {"acme_py": MODULE, "acmepkg__broken_toml": "x =", "acmepkg__empty_toml": ""}
    install("Acme.rules", points, **files)
    assert told(tmp_path).startswith(f'acme-rules (entry point "core"): {words}')


def test_an_unreadable_list_of_entry_points_is_told_with_its_distribution(
    tmp_path: Path, install: Install
) -> None:
    install("acme-rules", "no equals sign")
    assert told(tmp_path).startswith("acme-rules: raised ")


def test_the_projects_rule_for_the_same_target_wins(tmp_path: Path, install: Install) -> None:
    text = ONE_RULE + 'use = "acme.new"\n[[rules]]\ndeprecated = "acme.older"\n'
    install("acme-rules", "core = acmepkg:rules.toml", acmepkg__rules_toml=text)
    project = '[tool.pytest-ssot]\nrules = [{ deprecated = "acme.old", id = "ours" }]\n'
    found = rules(tmp_path, project)
    assert [(r.id, r.use, r.origin) for r in found.rules] == [
        ("ours", None, "pyproject.toml"),
        ("acme.older", None, "entry point acme-rules"),
    ]


def test_an_id_that_the_project_has_taken_is_qualified(tmp_path: Path, install: Install) -> None:
    text = ONE_RULE + 'id = "shim"\n'
    install("acme-rules", "core = acmepkg:rules.toml", acmepkg__rules_toml=text)
    project = '[tool.pytest-ssot]\nrules = [{ deprecated = "app.old", id = "shim" }]\n'
    found = rules(tmp_path, project)
    assert {rule.deprecated: rule.id for rule in found.rules} == {
        "acme.old": "acme-rules:shim",
        "app.old": "shim",
    }


def test_of_two_packs_the_first_by_name_wins(tmp_path: Path, install: Install) -> None:
    for name in ("zeta-rules", "alpha-rules"):
        package = name.partition("-")[0]
        text = f'{ONE_RULE}use = "{package}.new"\n'
        install(name, f"core = {package}:rules.toml", **{f"{package}__rules_toml": text})
    (rule,) = rules(tmp_path).rules
    assert rule.origin == "entry point alpha-rules"


def test_an_allowance_may_name_a_packs_rule(tmp_path: Path, install: Install) -> None:
    text = ONE_RULE + 'id = "shim"\n'
    install("acme-rules", "core = acmepkg:rules.toml", acmepkg__rules_toml=text)
    project = '[tool.pytest-ssot]\nallow = [{ rule = "shim", reason = "x" }]\n'
    assert rules(tmp_path, project).find("shim")


def test_a_mention_of_the_group_elsewhere_is_no_pack(tmp_path: Path, install: Install) -> None:
    install("acme-rules", "pytest_ssot.rules = acme:rules", group="console_scripts")
    assert rules(tmp_path).rules == ()


def test_a_hidden_distributions_pack_is_not_read(
    tmp_path: Path, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("acme-rules", "core = acmepkg:rules.toml", acmepkg__rules_toml=ONE_RULE)
    newer = tmp_path / "newer" / "Acme_Rules-2.0.dist-info"
    newer.mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "newer")
    assert rules(tmp_path).rules == ()
