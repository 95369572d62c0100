"""What the scan has entered a run knows, in whatever form the source says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ratchet.conftest import Team

pytestmark = pytest.mark.process

RULES = """
    [[tool.pytest-ssot.rules]]
    deprecated = "app.old"
    use = "app.new"

    [[tool.pytest-ssot.rules]]
    deprecated = "app.names:Gone"

    [[tool.pytest-ssot.rules]]
    deprecated = "app.surface"
    submodules = false
    """
FILES = {
    "app/a.py": "",
    "app/b.py": "def late(): pass\n",
    "app/old/__init__.py": "X = 1\ndef make(): return X\n",
    "app/old/sub.py": "",
    "app/old/other.py": "",
    "app/names.py": "class Gone: pass\nclass Here: pass\n",
    "app/surface/__init__.py": "S = 1\n",
    "app/surface/inner.py": "T = 1\n",
    "app/lines.py": """
        from app.old import (
            make,
            X as Y,
        )
        import app.old as m, app.old.sub
        import app.old.sub, app.old.other; import app.old; from app.old import X
        """,
    "app/attributes.py": """
        import app.old
        import app.old.sub as s

        def use():
            app.old.make()
            return app.old.X, s

        def more():
            import app.old; app.old.make(); import app.old.sub
        """,
    "app/star.py": "from app.old import *\n\ndef use(): return make()\n",
    "app/relative.py": """
        from .old import make
        from . import old
        from .old import sub, other

        def use(): return old.make()
        """,
    "app/dynamic.py": """
        import importlib
        from importlib import import_module

        def use():
            importlib.import_module("app.old")
            import_module(".old", "app")
            import_module("app.old.sub")
            __import__("app.old")
            names = importlib.import_module("app.names")
            return getattr(names, "Gone")
        """,
    "app/bound.py": """
        from app.names import Gone, Here
        import app.names
        import app.names as n

        def use():
            from app.names import Gone as G
            return app.names.Gone, n.Gone(), Gone, G
        """,
    "app/passed.py": """
        from app.relative import make
        from app.bound import Gone
        import app.bound

        def use(): return app.bound.Gone, make
        """,
    "app/guarded.py": """
        try:
            from app.old import make
            import app.surface
            from app.surface import S
            from app.surface import inner
            from app.surface.inner import T
        except ImportError:
            make = None

        def use():
            import app.surface.inner
            return app.surface.S
        """,
    "tests/test_all.py": """
        from unittest import mock
        import pytest
        from app import attributes, bound, dynamic, guarded, lines, passed, relative, star

        USES = [attributes.more, *(
            one.use for one in (attributes, bound, dynamic, guarded, passed, relative, star)
        )]

        @pytest.mark.parametrize("use", USES)
        def test_each(use): use()

        def test_all():
            for use in USES: use()

        @mock.patch("app.old.make")
        def test_patched(made):
            import app.old
            with mock.patch("app.names.Gone"), mock.patch.object(app.old, "make"): pass

        def test_monkeypatched(monkeypatch):
            monkeypatch.setattr("app.old.X", 2)
            pytest.importorskip("app.old")
        """,
}


@pytest.mark.parametrize(
    "order",
    [[], pytest.param(["-n2"], marks=pytest.mark.forked), ["--reverse"]],
    ids=["", "xdist", "reversed"],
)
def test_every_form_is_known(team: Team, order: list[str]) -> None:
    team.configure("", RULES)
    (team.path / "app/old.py").unlink()
    reverse = (
        "def pytest_addoption(parser): parser.addoption('--reverse', action='store_true')\n"
        "def pytest_collection_modifyitems(config, items):\n"
        "    if config.getoption('--reverse'): items.reverse()\n"
    )
    team.write({**FILES, "conftest.py": reverse})
    team.file.unlink()
    assert team.baseline().code == 0
    ran = team.strict(*order)
    assert (ran.code, ran.failed) == (0, [])
    assert {one.verdict for one in ran.violations} == {"known"}
    assert len(ran.violations) > 30
