import pytest

from pytest_ssot.rules.lookup import Target, TargetIndex
from pytest_ssot.source.uses.matching import Matcher

MODULES = {"app", "app.orm", "app.orm.mapper", "app.old"}


def matcher(*targets: str) -> Matcher:
    index = TargetIndex(Target(one, one) for one in targets)
    return Matcher(index, ["app.user"], MODULES.__contains__, lambda module: None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("app.orm.mapper", False),
        ("app.orm.mapper.Mapper", False),
        ("app.orm:mapper", True),
        ("app.orm:mapper.configure", True),
        ("app.orm.relation", True),
        ("app.orm.relation.name", True),
    ],
)
def test_a_string_means_the_module_where_a_name_is_called_the_same(text, meant):
    found = matcher("app.orm:mapper", "app.orm:relation").match_string(text)

    assert (found is not None) is meant


def test_a_rule_on_what_is_in_the_module_still_holds():
    found = matcher("app.orm:mapper", "app.orm.mapper:Old").match_string("app.orm.mapper.Old")

    assert found is not None
    assert found.target.text == "app.orm.mapper:Old"
