import ast

import pytest

from pytest_ssot.source.outline import outlined


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# a.old alone\n", '"""A docstring that speaks of a.old."""\n', "    \n\t# a.old"],
)
def test_a_file_without_statements_at_the_margin_is_left_alone(text):
    assert outlined(text, [1]) is None


def test_definitions_that_hold_no_line_of_interest_keep_their_lines():
    text = "import a\n\n\ndef one():\n    x = 1\n    return x\n\n\na.old()\n"
    outline = outlined(text, [9])

    assert outline is not None
    assert "return" not in outline
    assert ast.dump(ast.parse(outline).body[-1], include_attributes=True) == ast.dump(
        ast.parse(text).body[-1], include_attributes=True
    )


def test_a_file_that_is_all_docstring_does_not_stop_the_scan(project):
    project.configure(tables='[[tool.pytest-ssot.rules]]\ndeprecated = "app.old"')
    project.write(
        {
            "app/__init__.py": '"""What is left of app.old."""\n',
            "app/a.py": "import app.old\n",
        }
    )
    result = project.python("-m", "pytest_ssot", "check", "--no-cache")

    assert result.ret == 1
    assert [line.partition(" ")[0] for line in result.outlines] == ["app/a.py:1:0:"]
