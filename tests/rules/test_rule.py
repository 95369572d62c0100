"""The import line that a rule says to write instead."""

from __future__ import annotations

import pytest

from pytest_ssot.rules.rule import Rule

MODULE = Rule(
    id="websocket-factory",
    deprecated="app.ws.manager_factory",
    use="app.ws.manager",
    rename=(("create_manager", "get_manager"), ("same", "same")),
    manual=("get_factory",),
)

REPLACEMENTS = [
    (MODULE, None, "import app.ws.manager"),
    (MODULE, "create_manager", "from app.ws.manager import get_manager as create_manager"),
    (MODULE, "Manager", "from app.ws.manager import Manager"),
    (MODULE, "same", "from app.ws.manager import same"),
    (MODULE, "*", "from app.ws.manager import *"),
    (MODULE, "get_factory", None),
    (Rule("r", "a.b"), "X", None),
    (Rule("r", "a.b"), None, None),
    (Rule("r", "a.b", use="c.d:New"), "X", "from c.d import New"),
    (Rule("r", "a.b", use="c.d:New"), None, "from c.d import New"),
    (Rule("r", "a.b:Old", use="c.d:New"), "Old", "from c.d import New as Old"),
    (Rule("r", "a.b:Old", use="c.d:New"), None, "from c.d import New as Old"),
    (Rule("r", "a.b:Old", use="c.d:New"), "*", "from c.d import New as Old"),
    (Rule("r", "a.b:Old", use="c.d:Old"), "Old", "from c.d import Old"),
    (Rule("r", "a.b:Old", use="c.d"), "Old", "from c.d import Old"),
    (
        Rule("r", "a.b:Old", use="c.d", rename=(("Old", "New"),)),
        "Old",
        "from c.d import New as Old",
    ),
]


@pytest.mark.parametrize(("rule", "name", "line"), REPLACEMENTS)
def test_the_line_to_write_instead(rule: Rule, name: str | None, line: str | None) -> None:
    assert rule.write_replacement(rule.module, name) == line


def test_a_name_from_a_deeper_submodule_is_looked_for_in_use_as_well() -> None:
    line = MODULE.write_replacement("app.ws.manager_factory.deep", "Manager")
    assert line == "from app.ws.manager import Manager"


def test_a_target_is_a_module_or_a_name_in_one() -> None:
    assert (MODULE.module, MODULE.name) == ("app.ws.manager_factory", None)
    named = Rule("r", "a.b:Old")
    assert (named.module, named.name) == ("a.b", "Old")
