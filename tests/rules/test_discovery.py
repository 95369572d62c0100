"""What users write in the project and in hooks, and what is made of it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from pytest_ssot.errors import UsageError
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule

DESIGN = """
[[tool.pytest-ssot.rules]]
deprecated = "app.websocket_core.websocket_manager_factory"
use = "app.websocket_core.websocket_manager"
rename = { create_websocket_manager = "get_websocket_manager" }
manual = ["get_websocket_manager_factory"]
submodules = true
allow-from = ["app.compat"]
id = "websocket-factory"
reason = "two managers alive at once"
owner = "platform"
link = "https://example.org/1090"
removed-in = "2.0"
distribution = "chat-service"

[[tool.pytest-ssot.rules]]
deprecated = "app.alias:Old"

[[tool.pytest-ssot.single]]
symbol = "app.ws.manager:WebSocketManager"
also-from = ["app.ws"]

[[tool.pytest-ssot.factories]]
class = "app.ws.manager:WebSocketManager"
only-from = ["app.ws.manager:get_manager", "app.ws.manager:Pool.make"]

[[tool.pytest-ssot.allow]]
rule = "websocket-factory"
from = ["app.admin.*"]
reason = "moves with #1120"
owner = "admin"
until = "2027-03-01"

[[tool.pytest-ssot.allow]]
warning = "legacy .* is deprecated"
tests = ["tests/test_old.py::*"]
reason = "goes with the old tests"
until = 2027-03-01
"""


def write(root: Path, text: str) -> Path:
    (root / "pyproject.toml").write_text(text)
    return root


def test_the_tables_of_the_documentation(tmp_path: Path) -> None:
    configured = load_configured(write(tmp_path, DESIGN), {}, {})
    day = datetime.date(2027, 3, 1)
    file = "pyproject.toml"
    assert configured.rules.rules == (
        Rule(id="app.alias:Old", deprecated="app.alias:Old", origin=file),
        Rule(
            id="websocket-factory",
            deprecated="app.websocket_core.websocket_manager_factory",
            use="app.websocket_core.websocket_manager",
            rename=(("create_websocket_manager", "get_websocket_manager"),),
            manual=("get_websocket_manager_factory",),
            submodules=True,
            allow_from=("app.compat",),
            reason="two managers alive at once",
            owner="platform",
            link="https://example.org/1090",
            removed_in="2.0",
            distribution="chat-service",
            origin=file,
        ),
    )
    symbol = "app.ws.manager:WebSocketManager"
    assert configured.rules.single == (Single(symbol, symbol, ("app.ws",), origin=file),)
    makers = ("app.ws.manager:get_manager", "app.ws.manager:Pool.make")
    assert configured.rules.factories == (Factory(f"{symbol}()", symbol, makers, origin=file),)
    assert configured.allowances == (
        Allowance(
            rule="websocket-factory",
            warning=None,
            reason="moves with #1120",
            sources=("app.admin.*",),
            owner="admin",
            until=day,
            origin=f"{file}: [tool.pytest-ssot.allow] #1",
        ),
        Allowance(
            rule=None,
            warning="legacy .* is deprecated",
            reason="goes with the old tests",
            tests=("tests/test_old.py::*",),
            until=day,
            origin=f"{file}: [tool.pytest-ssot.allow] #2",
        ),
    )


def test_a_rule_is_found_by_its_id_and_by_its_target(tmp_path: Path) -> None:
    rules = load_configured(write(tmp_path, DESIGN), {}, {}).rules
    by_id = rules.find("websocket-factory")
    assert by_id is not None
    assert rules.find(by_id.target) is by_id
    assert rules.find("app.websocket_core") is None


def test_advice_inside_a_package_is_sound_for_a_rule_on_its_surface(tmp_path: Path) -> None:
    text = "[tool.pytest-ssot]\nrules = [{ %s }]"
    rule = 'deprecated = "a.b", use = "a.b.c", submodules = false'
    assert load_configured(write(tmp_path, text % rule), {}, {}).rules.find("a.b")


@pytest.mark.parametrize(
    "named", ["websocket-factory", "app.alias:Old", "app.ws.manager:WebSocketManager"]
)
def test_an_allowance_names_an_id_a_target_or_a_single(tmp_path: Path, named: str) -> None:
    allow = f'\n[[tool.pytest-ssot.allow]]\nrule = "{named}"\nreason = "x"\n'
    assert len(load_configured(write(tmp_path, DESIGN + allow), {}, {}).allowances) == 3


def test_an_allowance_may_name_a_module_that_is_yet_to_be_discovered(tmp_path: Path) -> None:
    write(tmp_path, '[[tool.pytest-ssot.allow]]\nrule = "app.old"\nreason = "x"\n')
    assert load_configured(tmp_path, {}, {}).allowances[0].rule == "app.old"
    with pytest.raises(UsageError, match=r'rule: "app\.old" is no rule\'s id or target'):
        load_configured(tmp_path, {"discover": False}, {})


def test_a_hook_gives_mappings_rules_text_or_a_path(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('[[rules]]\ndeprecated = "a.path"\n')
    made = Rule(id="made", deprecated="a.made", use="a.new", rename=(("x", "y"),))
    extra: list[tuple[str, object]] = [
        ("mappings", ({"deprecated": name, "use": None} for name in ("a.one", "a.two"))),
        ("rule", [made]),
        ("text", '[[tool.pytest-ssot.rules]]\ndeprecated = "a.text"\n'),
        ("path", file),
    ]
    rules = load_configured(tmp_path, {}, {}, extra).rules.rules
    assert {rule.deprecated: rule.origin for rule in rules} == {
        "a.made": "rule",
        "a.one": "mappings",
        "a.path": "path",
        "a.text": "text",
        "a.two": "mappings",
    }
    assert rules[0].rename == (("x", "y"),)


def failing() -> object:
    yield {"deprecated": "a.b"}
    raise RuntimeError("no rules today\nsorry")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "conftest: must give a list of rules, TOML text or a path, not a NoneType"),
        ({"deprecated": "a"}, "conftest: must give a list of rules, TOML text or a path, "),
        (failing(), "conftest: raised RuntimeError: no rules today"),
        ("x = 1", "conftest: holds neither [[rules]] nor [[tool.pytest-ssot.rules]]"),
        ("x = ", "conftest: is no valid TOML: "),
        (Path("nowhere.toml"), "conftest: raised FileNotFoundError: "),
        (["a.b"], 'conftest: rules #1: must be a table, not "a.b"'),
        ([{"use": "a.b"}], 'conftest: rules #1: "deprecated" is missing'),
        (
            [{"deprecated": "a.b", "submodule": 1}],
            'conftest: rules #1: unknown key "submodule"; did you mean "submodules"?',
        ),
        ([{"deprecated": "a.b", 3: 1}], "conftest: rules #1: unknown key a number"),
        ([Rule("x", "no name")], 'conftest: rules #1 (id "x"): deprecated: must be a dotted name'),
        ([Rule("x", "a.b"), Rule("x", "a.c")], 'conftest: rules #2 (id "x"): id: "x" is that of'),
    ],
)
def test_what_a_hook_does_wrong_is_told_with_its_name(
    tmp_path: Path, result: object, words: str
) -> None:
    with pytest.raises(UsageError) as error:
        load_configured(tmp_path, {}, {}, [("conftest", result)])
    first, line = str(error.value).splitlines()
    assert first == "pytest-ssot: 1 mistake in the configuration"
    assert line.startswith(words)


def test_for_one_target_the_projects_rule_wins_then_the_first_hooks(tmp_path: Path) -> None:
    write(tmp_path, '[tool.pytest-ssot]\nrules = [{ deprecated = "a.b", id = "ours" }]\n')
    extra: list[tuple[str, object]] = [
        ("one", [{"deprecated": "a.b"}, {"deprecated": "a.c", "id": "first"}]),
        ("two", [{"deprecated": "a.c"}]),
    ]
    rules = load_configured(tmp_path, {}, {}, extra).rules.rules
    assert [(rule.deprecated, rule.id) for rule in rules] == [("a.b", "ours"), ("a.c", "first")]
