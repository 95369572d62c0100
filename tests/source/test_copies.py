"""Near copies of a class under another name, and classes that only look like one."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.policy.run.inventory import Inventory
from pytest_ssot.source.definitions.likeness import measure_likeness, outline_class
from tests.source.conftest import Scan

SINGLE = '[[tool.pytest-ssot.single]]\nid = "one"\nsymbol = "app.manager:Manager"\n'
ORIGINAL = '''\
import asyncio
from app.base import Base, Event


class Manager(Base):
    """Keeps the connections of one user."""

    limit = 5

    def __init__(self, user: str, *, size: int = 10) -> None:
        super().__init__(user)
        self._queue: asyncio.Queue[Event] = asyncio.Queue(size)
        self._connections: dict[str, object] = {}

    async def connect(self, name, socket):
        """Take the connection in."""
        if name in self._connections:
            raise ValueError(f"Manager: {name} is connected")
        self._connections[name] = socket
        for event in self.waiting(name):
            await socket.send(event)

    async def send(self, event):
        for name, socket in self._connections.items():
            try:
                await socket.send(event)
            except ConnectionError as error:
                self.report(name, error)
        return len(self._connections)

    def close(self, name):
        socket = self._connections.pop(name, None)
        if socket is not None:
            socket.close()
'''
BODY = ORIGINAL.partition("class Manager(Base):\n")[2]
COPY = ORIGINAL.replace("Manager", "LiveManager")


def suspects(scan: Scan, text: str, original: str = ORIGINAL) -> list[tuple[str, float]]:
    found = scan({"app/manager.py": original, "app/x.py": text}, tables=SINGLE)
    return [(f"{one.site} {one.name}", one.likeness) for one in found.suspects]


def test_a_copy(scan: Scan) -> None:
    assert suspects(scan, COPY) == [("app/x.py:5 LiveManager", 1.0)]


CHANGES = {
    "other local names": re.sub(r"\bname\b", "key", COPY.replace("socket", "sock")),
    "another base": COPY.replace("(Base)", "(Other)"),
    "no docstrings": COPY.replace('"""Take the connection in."""', ""),
    "no annotations": COPY.replace("user: str", "user").replace(": dict[str, object]", ""),
    "comments": COPY.replace("        for", "        # each of them\n        for"),
    "another order of methods": COPY.replace(BODY, BODY[BODY.index("    def close") :] + BODY),
    "more attributes": COPY.replace("limit = 5", "limit = 7\n    more: int = 1"),
    "an empty method more": COPY + "\n    def other(self): pass\n",
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_what_changes_nothing(scan: Scan, text: str) -> None:
    ((_, alike),) = suspects(scan, text)
    assert alike >= (0.7 if "def close" in text[: text.index("limit")] else 0.93)


EDITED = {
    "a statement more": COPY.replace("    self._queue:", "    self.log = []\n        self._queue:"),
    "a method more": COPY + "\n    def ping(self):\n        return self._connections\n",
    "a method less": COPY[: COPY.index("    def close")],
    "another way to close": COPY[: COPY.index("        socket = ")] + "        del self[name]\n",
}


@pytest.mark.parametrize("text", EDITED.values(), ids=EDITED)
def test_an_edited_copy(scan: Scan, text: str) -> None:
    ((_, alike),) = suspects(scan, text)
    assert 0.7 <= alike < 1


def test_where_copies_may_stand(scan: Scan) -> None:
    inner = "\n".join(f"        {line}" for line in BODY.replace("Manager", "Live").splitlines())
    text = f"def make():\n    if x:\n      class Live(Base):\n{inner}\n      return Live\n"
    assert suspects(scan, text) == [("app/x.py:3 Live", 1.0)]
    original = f"{ORIGINAL}\n\n{COPY}"
    assert suspects(scan, "", original)[0][0].startswith("app/manager.py")


FINE = {
    "subclass": f"from app.manager import Manager\nclass Live(Manager):\n{BODY}",
    "subclass of a subclass": (
        f"from app.manager import Manager\nclass A(Manager): x = 1\nclass Live(A):\n{BODY}"
    ),
    "subclass by another name": (f"from app.manager import Manager as M\nclass Live(M):\n{BODY}"),
    "its base": f"class Base:\n{BODY}",
    "protocol": (
        "class Sends(Protocol):\n    def __init__(self, user: str) -> None: ...\n"
        "    async def connect(self, name, socket): ...\n    async def send(self, event): ...\n"
        '    def close(self, name):\n        """Text."""\n'
    ),
    "abstract": (
        "class Sends(ABC):\n    def connect(self, name, socket): raise NotImplementedError\n"
        "    def send(self, event): raise NotImplementedError('send')\n"
        "    def close(self, name): pass\n"
    ),
    "other bodies": (
        "class Mail:\n    def __init__(self, host):\n        self.host = host\n"
        "    async def connect(self, name, socket):\n        await self.open(self.host, name)\n"
        "        self.socket = socket\n        self.name = name\n"
        "    async def send(self, event):\n        await self.socket.write(event.text)\n"
        "        return True\n    def close(self, name):\n        self.socket = None\n"
    ),
    "tests of it": (
        "class TestManager:\n    def test_connect(self):\n        manager = Manager('a')\n"
        "        assert manager.connect('a', 1)\n    def close(self, name): pass\n"
    ),
    "a fake": (
        "class FakeManager:\n    def __init__(self): self.sent = []\n"
        "    async def connect(self, name, socket): self.sent.append(name)\n"
        "    async def send(self, event): self.sent.append(event)\n"
        "    def close(self, name): self.sent.clear()\n"
    ),
    "functions": BODY.replace("    def", "def").replace("    async def", "async def"),
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_only_looks_like_a_copy(scan: Scan, text: str) -> None:
    assert suspects(scan, text) == []


SMALL = {
    "data": "@dataclass\nclass Manager:\n    a: int\n    b: str = ''\n",
    "special methods": (
        "class Manager:\n    def __init__(self, a, b, c):\n        self.a = a\n"
        "        self.b = b\n        self.c = c\n        self.d = {}\n        self.e = []\n"
        "    def __repr__(self):\n        return f'{self.a} {self.b} {self.c}'\n"
    ),
    "few statements": (
        "class Manager:\n    def get(self):\n        return self.find(self.request.args)\n"
        "    def post(self):\n        return self.save(self.request.form)\n"
    ),
    "one method": (
        "class Manager:\n    def run(self):\n        a = 1\n        b = a + 2\n        c = a * b\n"
        "        d = self.x(c)\n        e = d.y\n        return e\n"
    ),
}


@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL)
def test_too_little_to_tell(scan: Scan, text: str) -> None:
    assert suspects(scan, text.replace("Manager", "Other"), text) == []


def test_views_share_methods_and_no_bodies(scan: Scan) -> None:
    view = (
        "class {}(View):\n    def get(self, request):\n        {}\n        return render(request)\n"
        "    def post(self, request):\n        form = {}(request.POST)\n"
        "        if form.is_valid():\n            {}\n        return redirect('{}')\n"
    )
    one = view.format("Manager", "self.users = User.all()", "UserForm", "form.save()", "users")
    two = view.format("Orders", "self.orders = Order.of(request)", "OrderForm", "form.pay()", "pay")
    assert suspects(scan, two, one) == []


def test_a_suspect_is_no_violation(scan: Scan) -> None:
    found = scan({"app/manager.py": ORIGINAL, "app/x.py": COPY}, tables=SINGLE)
    assert (found.violations, len(found.suspects)) == ((), 1)
    assert found.restrict_to({"app/x.py"}).suspects == found.suspects
    assert found.restrict_to({"app/manager.py"}).suspects == ()


def silenced(scan: Scan, text: str, tables: str = "") -> Inventory:
    files = {"app/manager.py": ORIGINAL, "app/x.py": text}
    return scan(files, tables=SINGLE + tables)


def test_who_has_looked_is_not_told_again(scan: Scan) -> None:
    noted = COPY.replace("(Base):", "(Base):  # ssot: allow[one] other rooms")
    allowed = '[[tool.pytest-ssot.allow]]\nrule = "one"\nfrom = ["app/x.py"]\nreason = "so"\n'
    for found in (silenced(scan, noted), silenced(scan, COPY, allowed)):
        assert found.suspects == ()
        assert len(found.used) == 1


def test_other_peoples_copies_are_theirs(scan: Scan) -> None:
    files = {"app/manager.py": ORIGINAL, "vendor/x.py": COPY}
    assert scan(files, tables=SINGLE).suspects
    assert not scan(files, tables=SINGLE, settings='first-party = ["app"]').suspects


@pytest.mark.parametrize("original", ["", "(", "class Other: pass", "Manager = make()"])
def test_an_original_that_is_no_class(scan: Scan, original: str) -> None:
    assert suspects(scan, COPY, original) == []


# -- the measure -----------------------------------------------------------------------

STATEMENTS = (
    *("x = self.a", "self.b = x", "return x + y", "for y in z: f(y)", "raise E(1)", "del self.c"),
    *("if a:\n        b(a)\n    else:\n        c(a)", "with d as e:\n        e.f(g=1)", "pass"),
)


@st.composite
def classes(draw: st.DrawFn) -> ast.ClassDef:
    lines = ["class C:", "  x = 1"]
    for name in draw(st.lists(st.sampled_from("abcd"), max_size=4)):
        lines.append(f"  def {name}(self, p):")
        body = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=6))
        lines += [f"    {one}" for one in ("x = y = e = 0", *body)]
    (node,) = ast.parse("\n".join(lines)).body
    assert isinstance(node, ast.ClassDef)
    return node


def renamed(node: ast.ClassDef) -> ast.ClassDef:
    """The same with other names for the class and for what is local."""

    class Renamer(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.Name:
            return ast.Name(f"_{name.id}", name.ctx) if name.id in "xyep" else name

        def visit_arg(self, one: ast.arg) -> ast.arg:
            return ast.arg(f"_{one.arg}" if one.arg == "p" else one.arg)

    text = ast.unparse(node)
    (copy,) = Renamer().visit(ast.parse(text.replace("class C", "class D"))).body
    assert isinstance(copy, ast.ClassDef)
    return ast.fix_missing_locations(copy)


@given(classes(), classes())
def test_the_measure(one: ast.ClassDef, other: ast.ClassDef) -> None:
    mine, theirs = outline_class(one), outline_class(other)
    alike = measure_likeness(mine, theirs)
    assert 0 <= alike <= 1
    assert alike == measure_likeness(theirs, mine), "both ways round"
    if measure_likeness(mine, mine):
        assert measure_likeness(mine, mine) == 1
        assert alike <= 1
    assert (alike == 1) <= (mine == theirs), "only the same is quite alike"


@given(classes())
def test_local_names_are_no_difference(one: ast.ClassDef) -> None:
    assert outline_class(renamed(one)) == outline_class(one)
