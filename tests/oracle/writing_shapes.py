"""Writes a web as a project's files. Each line that may be told of ends with its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.oracle.shapes import Act, Acts, Room, Shape, Trial, Web
from tests.oracle.writing import MARK

HEAD = ("import importlib, importlib.util, sys, types, warnings", "X = 1", "class Thing: pass")
#: A helper that is nobody's: it makes a package lazy.
ATTACH = """
import importlib, sys
def attach(package, name, module, attribute, stored):
    def __getattr__(asked):
        if asked != name:
            raise AttributeError(asked)
        value = importlib.import_module(module)
        if attribute:
            value = getattr(value, attribute)
        if stored:
            setattr(sys.modules[package], name, value)
        return value
    return __getattr__
"""
#: Files are loaded by path.
LOADING = """
import importlib.util, sys
def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
"""
SHARED = {"vendor/attaching.py": ATTACH, "loading.py": LOADING}


class Scribe:
    """Writes the web with *number* among those that share a project."""

    def __init__(self, web: Web, number: int) -> None:
        self._web = web
        self._number = number

    def name(self, node: int) -> str:
        return f"{'w' if self._web.shapes[node].ours else 'v'}{self._number}_n{node}"

    def rules(self) -> Iterator[str]:
        """The targets of the web's rules."""
        for node, shape in enumerate(self._web.shapes):
            name = self.name(node)
            match shape.kind, shape.served:
                case "old", _:
                    yield name
                case ("alias", _) | ("lazy", "other"):
                    yield f"{name}.old"
                case "lazy", "name":
                    yield f"{name}:Thing"
                case "lazy", "module":
                    yield f"{name}.Thing"

    def node_id(self, room: int, trial: int) -> str:
        return f"{self._folder(room)}/test_{self._number}_{room}.py::test_{trial}"

    def files(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for node, shape in enumerate(self._web.shapes):
            top = "" if shape.ours else "vendor/"
            for path, lines in self._module(node, shape):
                found[f"{top}{self.name(node)}{path}"] = _text(lines)
        for n, acts in enumerate(self._web.mains):
            body = [*HEAD, *self._acts(f"main{n}", acts)]
            found[f"w{self._number}_main{n}/main.py"] = _text(body)
        for n, room in enumerate(self._web.rooms):
            found[f"{self._folder(n)}/conftest.py"] = _text(self._conftest(n, room))
            path = f"{self._folder(n)}/test_{self._number}_{n}.py"
            found[path] = _text(self._tests(n, room))
        return found

    def _folder(self, room: int) -> str:
        return f"tests_{self._number}_{room}"

    def _mark(self, site: str) -> str:
        return f"{MARK}{self._number}:{site}"

    # -- modules

    def _module(self, node: int, shape: Shape) -> Iterator[tuple[str, Iterable[str]]]:
        """The files of a module: what follows its name in their paths, and their lines."""
        name, head = self.name(node), list(HEAD)
        warn = f'warnings.warn("{name} is deprecated", DeprecationWarning, stacklevel=2)'
        match shape.kind:
            case "plain" | "registry":
                yield ".py", [*head, *self._code(node, shape)]
            case "old":
                yield ".py", [*head, *([warn] if shape.warns else [])]
            case "shim":
                yield ".py", [*head, warn]
            case "caller":
                warn = warn.replace(f"{name} is", f"{name}.old_call is")
                yield ".py", [*head, "def old_call():", f"    {warn}"]
            case "alias":
                put = f"sys.modules['{name}.old'] = {name}.new"
                held = f"old = {name}.new"
                yield "/__init__.py", [*head, f"import {name}.new", put, held]
                yield "/new.py", head
            case "lazy":
                yield "/__init__.py", [*head[:2], *self._lazy(node, shape)]
                for part in ("impl", "old", "Thing"):
                    yield f"/{part}.py", head

    def _code(self, node: int, shape: Shape) -> Iterator[str]:
        """Functions first, so that a circle of imports finds them."""
        body = self._acts(f"n{node}.f", shape.function)
        yield from ("def f(one=None):", *_indented([*body, "return one"]))
        if shape.mutes:
            yield f"warnings.filterwarnings('ignore', {self._pattern()!r})"
        yield from self._acts(f"n{node}", shape.body)

    def _lazy(self, node: int, shape: Shape) -> Iterator[str]:
        name = self.name(node)
        module, attribute = {
            "name": (f"{name}.impl", "Thing"),
            "module": (f"{name}.Thing", ""),
            "other": (f"{name}.old", "Thing"),
            "through": (self.name(shape.serves), "Thing"),
            "warns": (f"{name}.impl", "Thing"),
        }[shape.served]
        if shape.server == "attach":
            what = f"'Thing', '{module}', '{attribute}', {shape.when == 'stored'}"
            yield from ("import attaching", f"__getattr__ = attaching.attach(__name__, {what})")
            return
        asked = ["if name != 'Thing':", "    raise AttributeError(name)"]
        fetch = f"importlib.import_module('{module}')" + (f".{attribute}" if attribute else "")
        value = [*self._warned(name, shape), f"value = {fetch}{self._mark(f'n{node}/s')}"]
        if shape.when == "stored":
            keep = "globals()[name] = value" if shape.server == "getattr" else None
            value.append(keep or "setattr(self, name, value)")
        value.append("return value")
        if shape.server == "getattr":
            yield from ("_warned = False", "def __getattr__(name):", *_indented([*asked, *value]))
            return
        yield from ("_warned = False", "class Lazy(types.ModuleType):")
        if shape.server == "property":
            yield from _indented(["@property", "def Thing(self):", *_indented(value)])
        else:
            yield from _indented(["def __getattr__(self, name):", *_indented([*asked, *value])])
        if shape.server == "place":
            yield from ("mine = Lazy(__name__)", "mine.__path__ = __path__")
            yield from ("mine.__spec__ = __spec__", "sys.modules[__name__] = mine")
        else:
            yield "sys.modules[__name__].__class__ = Lazy"

    @staticmethod
    def _warned(name: str, shape: Shape) -> list[str]:
        if shape.served != "warns":
            return []
        message = f"'{name}.Thing is deprecated'"
        warn = f"warnings.warn({message}, DeprecationWarning, stacklevel=2)"
        if shape.when != "once":
            return [warn]
        return ["global _warned", "if not _warned:", "    _warned = True", f"    {warn}"]

    # -- tests

    def _conftest(self, number: int, room: Room) -> Iterator[str]:
        yield from (HEAD[0], "import pytest")
        if room.filters:
            yield f"warnings.filterwarnings('ignore', {self._pattern()!r})"
        yield from self._acts(f"r{number}.conftest", room.conftest)
        yield from (f"@pytest.fixture(scope={room.scope!r})", "def it():")
        yield from _indented([*self._acts(f"r{number}.fixture", room.fixture), "pass"])

    def _tests(self, number: int, room: Room) -> Iterator[str]:
        yield from (HEAD[0], "import pytest", *self._acts(f"r{number}", room.body))
        for n, trial in enumerate(room.trials):
            yield from self._trial(f"r{number}.test{n}", n, trial)

    def _trial(self, owner: str, number: int, trial: Trial) -> Iterator[str]:
        if trial.around == "named":
            yield f"@pytest.mark.filterwarnings({'ignore:' + self._pattern()!r})"
        if trial.around == "blanket":
            yield "@pytest.mark.filterwarnings('ignore::DeprecationWarning')"
        takes = ["it"] * trial.fixture + ["recwarn"] * (trial.around == "recwarn")
        yield f"def test_{number}({', '.join(takes)}):"
        yield from _indented([*self._acts(owner, trial.body), "pass"])

    # -- statements

    def _acts(self, owner: str, acts: Acts) -> list[str]:
        lines: list[str] = []
        for number, act in enumerate(acts):
            lines += self._covered(act.cover, self._act(act, self._mark(f"{owner}/{number}")))
        return lines

    def _pattern(self) -> str:
        return rf"{self.name(self._web.named)}\b"

    def _covered(self, cover: str, lines: list[str]) -> list[str]:
        block = "with warnings.catch_warnings():"
        match cover:
            case "warns":
                own = "warnings.warn('mine', DeprecationWarning)"
                return ["with pytest.warns(DeprecationWarning):", *_indented([own, *lines])]
            case "record":
                return ["with warnings.catch_warnings(record=True):", *_indented(lines)]
            case "ignore":
                return [block, *_indented(["warnings.simplefilter('ignore')", *lines])]
            case "named":
                said = f"warnings.filterwarnings('ignore', {self._pattern()!r})"
                return [block, *_indented([said, *lines])]
        return lines

    def _act(self, act: Act, mark: str) -> list[str]:
        if act.form == "path":
            main = f"w{self._number}_main"
            load = f"loading.load('{main}', '{main}{act.node}/main.py')"
            return ["import loading", load, f"import {main}"]
        name, kind = self.name(act.node), self._web.shapes[act.node].kind
        match kind:
            case "lazy":
                return _read(act.form, name, "Thing", mark)
            case "caller":
                return [f"import {name}", f"{name}.old_call(){mark}"]
            case "alias" if act.form == "read":
                return [f"import {name}.new", f"{name}.new.X"]
            case "alias":
                return _imported(act.form, f"{name}.old", mark)
        if act.form == "call" and kind == "registry":
            return [f"from {name} import f as register", "@register", "def decorated(): pass"]
        if act.form == "call":
            return [f"import {name}", f"{name}.f()"]
        return _imported(act.form, name, mark)


def _imported(form: str, name: str, mark: str) -> list[str]:
    match form:
        case "from" | "read":
            return [f"from {name} import X{mark}"]
        case "dynamic":
            return [f"importlib.import_module('{name}'){mark}"]
    return [f"import {name}{mark}"]


def _read(form: str, name: str, attribute: str, mark: str) -> list[str]:
    match form:
        case "from":
            return [f"from {name} import {attribute}{mark}"]
        case "dynamic":
            return [f"import {name}", f"getattr({name}, '{attribute}'){mark}"]
        case "read":
            return [f"import {name}", f"{name}.{attribute}{mark}"]
    return [f"import {name}"]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _text(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])
