"""A class that only its factory may make: who makes it elsewhere is told."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

FACTORY = """
[[tool.pytest-ssot.factories]]
class = "app.ws:Manager"
only-from = ["app.ws:get_manager"]
"""
WS = """
    class Manager:
        def __init__(self, user=None):
            self.user = user

        @classmethod
        def create(cls):
            return cls("x")

        def again(self):
            return type(self)(self.user)


    class Special(Manager):
        pass


    def get_manager(user=None):
        return build(user)


    def build(user):
        return Manager(user)


    def wrapped():
        def inner():
            return Manager()
        return inner
    """


def configure(project: Project, *only_from: str) -> None:
    callers = ", ".join(f'"{one}"' for one in only_from or ("app.ws:get_manager",))
    project.configure("", FACTORY.replace('"app.ws:get_manager"', callers))
    project.write({"app/ws.py": WS})


def told(project: Project, *args: str) -> dict[str, str]:
    """Where each test that saw a construction saw it; all of them have to fail for it."""
    ran = project.run("--ssot-strict", *args)
    found: dict[str, set[str]] = {}
    for one in ran.violations:
        assert (one.verdict, one.kind) == ("fails", "construction")
        assert (one.target, one.name) == ("app.ws:Manager", None)
        for test in one.tests.split():
            found.setdefault(test.partition("::")[2], set()).add(one.at)
    assert {one.partition("::")[2] for one in ran.failed} == set(found), ran.text
    assert not ran.report["not_observed"]
    return {test: " ".join(sorted(at)) for test, at in found.items()}


SHAPES = {
    "direct": "Manager()",
    "attribute": "app.ws.Manager('x')",
    "alias": "Alias = Manager; Alias()",
    "partial": "functools.partial(Manager, 'x')()",
    "map": "list(map(Manager, ['x']))",
    "loop": "for one in map(Manager, ['x']): pass",
    "unpacked": "one, = map(Manager, ['x'])",
    "defaultdict": "collections.defaultdict(Manager)['x']",
    "splat": "Manager(*['x'], **{})",
    "call": "Manager.__call__('x')",
    "gotten": "getattr(app.ws, 'Manager')()",
    "by_key": "{'load': Manager}['load']()",
    "sorted": "sorted([2, 1], key=lambda _: id(Manager()))",
    "lazy": "functools.cached_property(lambda _: Manager()).func(0)",
    "cached": "functools.lru_cache(Manager)()",
    "generator": "next(Manager() for _ in 'x')",
    "raised": "with contextlib.suppress(TypeError): Manager(1, 2, 3)",
    "factory_of_field": "dataclasses.make_dataclass('D', [('m', Manager, "
    "dataclasses.field(default_factory=Manager))])()",
    "reloaded": "importlib.reload(app.ws); app.ws.Manager()",
    "purged": "del sys.modules['app.ws']; importlib.import_module('app.ws').Manager()",
    "kept_over_purge": "del sys.modules['app.ws']; import app.ws; Manager()",
}


def test_it_is_told_at_the_line_that_makes_it(project: Project) -> None:
    configure(project)
    head = (
        "import collections, contextlib, dataclasses, functools, importlib, sys\n"
        "import app.ws\nfrom app.ws import Manager\n"
    )
    tests = "".join(f"def test_{name}():\n    {code}\n" for name, code in SHAPES.items())
    project.write({"test_it.py": head + tests})
    lines = (head + tests).splitlines()
    found = told(project)
    assert found.keys() == {f"test_{name}" for name in SHAPES}
    for test, at in found.items():
        path, line, *_ = at.split()[0].split(":")
        text = lines[int(line) - 1]
        assert path == "test_it.py"
        last = lines.index(f"def {test}():") + 1
        assert lines.index(text) >= last, (test, at, text)


def test_it_is_told_where_the_class_makes_itself(project: Project) -> None:
    configure(project)
    project.write(
        {
            "test_it.py": """
            from app.ws import Manager, Special, build, get_manager, wrapped

            def test_class_method(): Manager.create()
            def test_method(): get_manager().again()
            def test_helper(): build(1)
            def test_nested(): wrapped()()
            def test_class_method_of_a_subclass(): Special.create().again()
            """
        }
    )
    assert told(project) == {
        "test_class_method": "app/ws.py:7:15 Manager.create",
        "test_method": "app/ws.py:10:15 Manager.again",
        "test_helper": "app/ws.py:22:11 build",
        "test_nested": "app/ws.py:27:15 wrapped.inner",
    }


FINE = """
    import copy, pickle, copyreg, dataclasses, weakref
    from unittest import mock

    import pytest

    import app.ws
    from app.ws import Manager, Special, get_manager

    class Mine(Manager):
        def __init__(self):
            super().__init__("x")

    def restored(made):
        return pickle.loads(pickle.dumps(made))

    unpack = pickle.loads

    def test_factory():
        made = get_manager("x")
        assert type(made) is Manager and isinstance(made, Manager) and made.user == "x"
        assert weakref.ref(made)() is made

    def test_subclass():
        assert (Special("x").user, Mine().user) == ("x", "x")

    def test_again_by_hand():
        made = get_manager()
        made.__init__("y")
        Manager.__init__(made, "z")
        getattr(made, "__init__")("a")
        initialise = made.__init__
        initialise("b")
        assert made.user == "b"

    @pytest.mark.parametrize("look", [
        lambda self, name: super(Manager, self).__getattribute__(name),
        lambda self, name: object.__getattribute__(self, name),
        lambda self, name, look=object.__getattribute__: look(self, name),
    ])
    def test_own_lookup(look, monkeypatch):
        made = get_manager()
        monkeypatch.setattr(Manager, "__getattribute__", look, raising=False)
        made.__init__("y")
        assert made.user == "y"

    def test_copies():
        made = get_manager([1])
        data = pickle.dumps(made)
        for one in (copy.copy(made), copy.deepcopy(made), restored(made), unpack(data)):
            assert type(one) is Manager and one.user == [1]

    def test_without_init():
        assert type(object.__new__(Manager)) is Manager
        assert type(Manager.__new__(Manager)) is Manager

    def test_reduced(monkeypatch):
        monkeypatch.setattr(Manager, "__reduce__", lambda self: (Manager, (self.user,)))
        made = get_manager("x")
        assert copy.copy(made).user == copy.deepcopy(made).user == restored(made).user == "x"
        unpacked = unpack(pickle.dumps(made))
        assert unpacked.user == "x"
        assert pickle._loads(pickle.dumps(made)).user == "x"

    def test_doubles():
        assert isinstance(mock.create_autospec(Manager)("x"), mock.NonCallableMagicMock)
        mock.create_autospec(Manager, instance=True).again()
        mock.Mock(spec=Manager)
        with mock.patch("app.ws.Manager") as fake:
            app.ws.Manager()
            fake.assert_called_once_with()
        with mock.patch.object(app.ws, "Manager", Special):
            app.ws.Manager()
    """


def test_what_makes_no_object_or_one_of_another_class_is_fine(project: Project) -> None:
    configure(project)
    project.write({"test_it.py": FINE})
    assert told(project, "-Werror") == {}


CALLERS = {
    "module": ("app.ws", "get()"),
    "function": ("app.ws:get", "get()"),
    "nested": ("app.ws:nesting", "nesting()()"),
    "method": ("app.ws:Maker.make", "Maker().make()"),
    "class": ("app.ws:Maker", "Maker().make()"),
    "class_of_classmethod": ("app.ws:Maker.classy", "Maker.classy()"),
    "static": ("app.ws:Maker.static", "Maker.static()"),
    "property": ("app.ws:Maker.prop", "Maker().prop"),
    "cached": ("app.ws:cached", "cached()"),
    "context": ("app.ws:context", "context().__enter__()"),
    "generator": ("app.ws:generator", "list(generator())"),
    "lambda": ("app.ws:lamb", "lamb()"),
    "partial": ("app.ws:part", "part()"),
    "alias": ("app.ws:alias", "alias()"),
    "imported": ("app.api:get", "app.api.get()"),
    "callable": ("app.ws:maker", "maker()"),
    "decorated": ("app.ws:plain_decorated", "plain_decorated()"),
    "decorated_by_class": ("app.ws:by_class", "by_class()"),
    "made": ("app.ws:closed", "closed()"),
    "coroutine": ("app.ws:coroutine", "asyncio.run(coroutine())"),
    "async_generator": ("app.ws:async_generator", "asyncio.run(drain(async_generator()))"),
    "of_the_class": ("app.ws:Manager.create", "Manager.create()"),
}


@pytest.mark.parametrize("name", ["all", "none"])
def test_a_caller_that_may(project: Project, name: str) -> None:
    """Each kind of caller is let pass, and none of them is, where only others may."""
    callers = [caller for caller, _ in CALLERS.values() if caller != "app.ws"]
    configure(project, *(callers if name == "all" else ["app.ws:gets", "app.w", "app.ws:Make"]))
    project.write(
        {
            "app/api.py": "from app.ws import get\n",
            "app/w.py": "",
            "app/ws.py": """
            import functools, contextlib

            class Manager:
                @classmethod
                def create(cls): return cls()

            def get(): return Manager()
            def gets(): return 1
            class Make: pass
            def helper(): return Manager()
            def nesting():
                def inner(): return [Manager() for _ in "x"]
                return inner
            class Maker:
                def make(self): return helper()
                @classmethod
                def classy(cls): return Manager()
                @staticmethod
                def static(): return Manager()
                @property
                def prop(self): return Manager()
                def __call__(self): return Manager()
            class Sub(Maker): pass
            @functools.lru_cache
            def cached(): return Manager()
            @contextlib.contextmanager
            def context(): yield Manager()
            def generator(): yield Manager()
            lamb = lambda: Manager()
            def _part(x): return Manager()
            part = functools.partial(_part, 1)
            def _alias(): return Manager()
            alias = _alias
            maker = Maker()
            def plain(function):
                def run(): return function()
                return run
            @plain
            def plain_decorated(): return Manager()
            class Calling:
                def __init__(self, function): self.function = function
                def __call__(self): return self.function()
            @Calling
            def by_class(): return Manager()
            def close(kind):
                def made(): return kind()
                return made
            closed = close(Manager)
            async def coroutine(): return Manager()
            async def async_generator(): yield Manager()
            """,
            "test_it.py": "import asyncio\nimport app.api\nfrom app.ws import *\n"
            "async def drain(some): return [one async for one in some]\n"
            + "".join(f"def test_{n}(): {code}\n" for n, (_, code) in CALLERS.items()),
        }
    )
    assert told(project).keys() == (set() if name == "all" else {f"test_{n}" for n in CALLERS})


def test_a_decorator_s_other_functions_may_not(project: Project) -> None:
    """That a caller is decorated lets no other function pass that is decorated alike."""
    configure(project, "app.ws:one", "app.ws:three")
    project.write(
        {
            "app/ws.py": """
            class Manager: pass
            def plain(function):
                def run(): return function()
                return run
            class Calling:
                def __init__(self, function): self.function = function
                def __call__(self): return self.function()
            @plain
            def one(): return Manager()
            @plain
            def two(): return Manager()
            @Calling
            def three(): return Manager()
            @Calling
            def four(): return Manager()
            """,
            "test_it.py": "from app.ws import *\n"
            + "".join(f"def test_{n}(): {n}()\n" for n in ("one", "two", "three", "four")),
        }
    )
    assert told(project) == {
        "test_two": "app/ws.py:11:18 two",
        "test_four": "app/ws.py:15:19 four",
    }


#: What code can ask of a class, for classes of each sort; prints the answers.
ASKING = """
    import abc, collections, contextlib, copy, dataclasses, enum, inspect, io, pickle, pydoc, sys
    import traceback, typing, warnings, weakref
    from unittest import mock

    class Base:
        def __init__(self, *args): self.args = args
    class Meta(type):
        made = {}
        def __call__(cls, *args):
            if cls not in Meta.made:
                Meta.made[cls] = super().__call__(*args)
            return Meta.made[cls]
        def __setattr__(cls, name, value): raise AttributeError("frozen")
    class Proto(typing.Protocol):
        def go(self): ...
    T = typing.TypeVar("T")

    class Plain:
        def __init__(self, a, *, b: int = 2):
            "Makes it."
            frame = sys._getframe(1)
            outer = [one.function for one in inspect.stack()]
            self.seen = frame.f_code.co_name, frame.f_lineno, outer[:3]
            warnings.warn("old", UserWarning, stacklevel=2)
            self.a, self.b = a, b
    class NoInit: pass
    class Inherits(Base): pass
    class Cooperative(Base):
        def __init__(self, a, b=None):
            super().__init__(a)
            self.a = a
    class OwnNew:
        def __new__(cls, *args, **options): return object.__new__(cls)
    class Other:
        def __new__(cls, a, b=None): return a
        def __init__(self): raise AssertionError
    class Slots:
        __slots__ = ("a", "b")
        def __init__(self, a, b=None): self.a = a
    class Single(metaclass=Meta): pass
    class Abstract(abc.ABC):
        @abc.abstractmethod
        def go(self): ...
    class Generic(typing.Generic[T]):
        def __init__(self, a: T, b: int = 1) -> None: self.a = a
    class AfterProtocol(Proto):
        def go(self): return 1
    class IsProtocol(Proto, typing.Protocol): pass
    class Error(Exception): pass
    class OwnError(OSError):
        def __init__(self, a, b=None): super().__init__(a, b)
    class NoFile(OSError): pass
    class Dictionary(dict): pass
    class Tuple(typing.NamedTuple):
        a: int
        b: int = 2
    Old = collections.namedtuple("Old", "a b", defaults=[2])
    class Colour(enum.Enum):
        RED = 1
    class Flag(enum.Flag):
        A = 1
        B = 2
    @dataclasses.dataclass
    class Data:
        a: int
        b: list = dataclasses.field(default_factory=list)
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True, order=True)
    class Frozen:
        a: int = 1
        b: int = 2
    class Raises:
        def __init__(self, a=1, b=None): raise ValueError(a)
    class Hidden:
        __init__ = None
    class Static:
        __init__ = staticmethod(lambda *args: None)

    KINDS = [Plain, NoInit, Inherits, Cooperative, OwnNew, Other, Slots, Single, Abstract, Generic,
             AfterProtocol, IsProtocol, Error, OwnError, NoFile, Dictionary, Tuple, Old, Colour,
             Flag, Data, Frozen, Raises, Hidden, Static]
    ARGUMENTS = [((), {}), ((1,), {}), ((1, 2), {}), ((1, 2, 3), {}), ((), {"a": 1, "b": 2}),
                 ((1,), {"b": 5})]

    def make(kind, args, options):
        return kind(*args, **options)

    def shown(thing):
        return repr(getattr(thing, "__dict__", thing)) + repr(getattr(thing, "args", None))

    def answer(function, *args):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                told = function(*args)
            except BaseException as error:
                names = [one.name for one in traceback.extract_tb(error.__traceback__)]
                if type(error) is TypeError and "takes no arguments" in str(error):
                    names = names[:2]  # the one frame of ours, where Python has none
                told = type(error).__name__, str(error), names
        return told, [(str(one.message), one.lineno) for one in caught]

    def asked(kind):
        yield "signature", answer(lambda: str(inspect.signature(kind)))
        yield "signature of init", answer(lambda: str(inspect.signature(kind.__init__)))
        yield "source", answer(lambda: inspect.getsource(kind.__init__))
        yield "hints", answer(lambda: str(typing.get_type_hints(kind.__init__)))
        yield "static", answer(lambda: type(kind.__init__).__name__)
        yield "is", [kind.__init__ is Base.__init__, kind.__init__ is object.__init__]
        yield "names", sorted(dir(kind)), kind.__doc__, kind.__init__ and kind.__init__.__doc__
        yield "spec", answer(lambda: str(inspect.signature(mock.create_autospec(kind))))
        yield "own spec", answer(lambda: sorted(dir(mock.create_autospec(kind, instance=True))))
        yield "full", answer(lambda: str(inspect.getfullargspec(kind.__init__)))
        for args, options in ARGUMENTS:
            yield args, options, answer(lambda: shown(make(kind, args, options)))
        sub = type(kind)("Sub", (kind,), {}) if kind not in (Single, Colour, Flag) else None
        if sub is not None:
            for args, options in ARGUMENTS:
                yield "sub", args, options, answer(lambda: shown(make(sub, args, options)))
            class Own(kind):
                def __init__(self, *args, **options): super().__init__(*args, **options)
            for args, options in ARGUMENTS:
                yield "own", args, options, answer(lambda: shown(make(Own, args, options)))
        made = answer(lambda: kind(1))[0]
        if type(made) is kind:
            yield "copies", answer(lambda: [shown(one) for one in (
                copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)))])
            yield "replaced", answer(lambda: shown(dataclasses.replace(made, a=7)))
            yield "again", answer(lambda: made.__init__(3))
            yield "bound", answer(lambda: made.__init__.__name__)
            yield "weak", answer(lambda: weakref.ref(made)() is made)

    def lines():
        for kind in KINDS:
            for one in asked(kind):
                yield f"{kind.__name__}: {one}"

    def changed_base():
        before = Base.__init__
        Base.__init__ = lambda self, *args: setattr(self, "other", args)
        try:
            return shown(Inherits(5))
        finally:
            Base.__init__ = before
    """


@pytest.mark.parametrize("caller", ["app.kinds", "app.nobody"])
def test_a_class_is_to_others_what_it_was(project: Project, caller: str) -> None:
    """Whether its constructions are violations or not."""
    tables = (
        f'[[tool.pytest-ssot.factories]]\nclass = "app.kinds:{name}"\nonly-from = ["{caller}"]\n'
        for name in re.findall(r"\w+", ASKING.partition("KINDS = [")[2].partition("]")[0])
    )
    project.configure("", "\n".join(tables))
    project.write(
        {
            "app/kinds.py": ASKING,
            "app/nobody.py": "",
            "test_it.py": """
            import re, app.kinds
            def test_it():
                told = "\\n".join(app.kinds.lines()) + app.kinds.changed_base()
                text = re.sub(" at 0x[0-9a-f]+|id='[0-9]+'", "", told)
                with open("answers", "a") as file:
                    file.write(text)
            """,
        }
    )
    answers = project.path / "answers"
    ran = project.run()
    guarded = answers.read_text("utf-8")
    assert ran.counts == {"passed": 1}, ran.text
    assert bool(ran.violations) == (caller == "app.nobody")
    # A class of ours keeps its objects: who asks for them later is seen from 3.12 on.
    remembers = sys.version_info < (3, 12) and caller == "app.nobody"
    assert [line[:14] for line in ran.report["not_observed"]] == ["later calls of"] * remembers
    answers.unlink()
    assert project.bare("-p", "no:ssot").counts == {"passed": 1}
    assert guarded.splitlines() == answers.read_text("utf-8").splitlines()
