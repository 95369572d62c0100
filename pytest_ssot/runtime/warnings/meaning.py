"""What a warning means: who is warned of, who called it, and who wanted it quiet."""

from __future__ import annotations

import warnings
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    Filter = tuple[str, object, type[Warning], object, int]

from pytest_ssot.runtime.stack import bytecode, frames, intent

#: Where pytest.warns issues again what it recorded and did not expect.
_RECORDER = "_pytest.recwarn"


class Categories:
    """The warning classes that are watched, by name: no module is imported for them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.removeprefix("builtins.") for name in names)
        self._known: dict[type, bool] = {}

    def __contains__(self, category: type) -> bool:
        known = self._known.get(category)
        if known is None:
            known = any(qualified(cls) in self._names for cls in category.__mro__)
            self._known[category] = known
        return known


class Surroundings:
    """The filters and the recorder that a test starts with, before its own code adds any."""

    def __init__(self) -> None:
        self.note()

    def note(self) -> None:
        self._list: object = vars(warnings)["filters"]
        self._filters = tuple(vars(warnings)["filters"])
        self._recorder = _recorder()

    def recorded(self) -> bool:
        """Whether something inside the test records warnings: it expects them.

        That fills a list; a function in its place (``warnings`` was reloaded, or
        code shows warnings in its own way) expects nothing.
        """
        recorder = _recorder()
        return recorder is not self._recorder and isinstance(recorder, list)

    def state(self, text: str, category: type, module: str) -> str:
        """How the first filter that matches leaves it: see ``Sighting.state``."""
        found = _first_match(text, category, module)
        if found is None or found[0] != "ignore":
            return "seen"
        own = not any(found is one for one in self._filters)
        if own and vars(warnings)["filters"] is not self._list:
            return "suppressed"
        return "seen" if found[1] is None and found[3] is None else "honoured"


def qualified(category: type) -> str:
    name = category.__qualname__
    return name if category.__module__ == "builtins" else f"{category.__module__}.{name}"


def is_reissued(frame: FrameType) -> bool:
    """Whether pytest.warns issues a warning again that it had recorded."""
    return frames.module_of(frame) == _RECORDER


def issuer(frame: FrameType) -> FrameType | None:
    """The frame that issues the warning: the innermost that is no wrapper.

    None where a module is being compiled: its source is warned of, by nobody's call.
    """
    found: FrameType | None = frame
    while found is not None and frames.is_wrapper(found):
        found = found.f_back
    if found is None or frames.is_bootstrap(found):
        return None
    compiles = (frames.module_of(found), found.f_code.co_name) in _COMPILERS
    return None if compiles else found


_COMPILERS = frozenset((("_pytest.assertion.rewrite", "_rewrite_test"), ("ast", "parse")))


def issued_in_c(frame: FrameType) -> str | None:
    """What C code warns of, where it is C code that issues the warning and not *frame*.

    *frame* is the innermost Python frame: it calls ``warnings.warn``, by
    whatever name, or it uses what is deprecated (``datetime.utcnow()``,
    ``~True``), and is the user then.
    """
    if frames.is_machinery(frame) or frames.is_wrapper(frame):
        return None
    names = bytecode.read_callee(frame) if bytecode.read_instruction(frame).op == "call" else []
    if not names:
        return None if bytecode.read_instruction(frame).op == "call" else "builtins"
    value = _value(frame, names)
    if "warn" in names[-1].lower() or any(value is one for one in _ISSUERS):
        return None
    return ":".join((".".join(names[:-1]) or "builtins", names[-1]))


def _value(frame: FrameType, names: list[str]) -> object:
    """What the dotted name *names* stands for in *frame*, as far as modules go."""
    root = names[0]
    value = frame.f_locals.get(root, frame.f_globals.get(root))
    for name in names[1:]:
        value = vars(value).get(name) if isinstance(value, ModuleType) else None
    return value


_ISSUERS = (warnings.warn, warnings.warn_explicit)


def decorated(frame: FrameType) -> str | None:
    """What PEP 702's wrapper, or one like it, warns of: ``module:qualname``."""
    if not frames.is_wrapper(frame):
        return None
    for name in ("arg", "wrapped_", "wrapped"):
        value = frame.f_locals.get(name)
        qualname = getattr(value, "__qualname__", None)
        if isinstance(qualname, str):
            return f"{getattr(value, '__module__', '')}:{_plain(qualname)}"
    return None


def looked_at(issuing: FrameType) -> bool:
    """Whether *issuing* answers for a name that the reading code does not say.

    A module or a class that warns of each of its names is warned of by whoever
    goes through them; see :mod:`pytest_ssot.runtime.stack.intent`.
    """
    code = issuing.f_code
    if code.co_name not in _ANSWERS:
        return False
    name = issuing.f_locals.get(code.co_varnames[code.co_argcount - 1])
    reader = issuing.f_back
    if not isinstance(name, str) or reader is None:
        return False
    how = intent.classify_read(reader, name)
    if how != "computed":
        return how == "looked"
    asker = frames.find_user_frame(reader)
    return asker is None or not intent.says_name(asker, frames.module_of(issuing), name)


_ANSWERS = frozenset(("__getattr__", "__getattribute__"))


def issued_by(frame: FrameType) -> str:
    """The deprecated thing, where a frame warns of itself: ``module:function``."""
    module, function = frames.module_of(frame), frames.function_of(frame)
    return module if function == "<module>" else f"{module}:{function}"


def user(issuing: FrameType, stated: str) -> FrameType | None:
    """The frame that called the deprecated thing, whatever the stacklevel says.

    The innermost outside the module that issued the warning. Within an
    installed library the call may pass through more of its modules, which
    nobody here can change; then *stated*, where the stacklevel points, is
    believed if it lies outside that library.
    """
    module = frames.module_of(issuing)
    for frame in frames.walk_outward(issuing):
        if frames.is_module_level(frame) and frames.module_of(frame) == module:
            return frame  # its own body calls it while it loads: whoever imports it did not
    found = frames.find_user_frame(
        issuing, lambda frame: frames.is_wrapper(frame) or frames.module_of(frame) == module
    )
    if found is None or _package(frames.module_of(found)) != _package(module):
        return found
    if not _is_installed(found) or _package(stated) == _package(module):
        return found
    pointed = frames.find_user_frame(found, lambda frame: frames.module_of(frame) != stated)
    return pointed or found


def loading(issuing: FrameType, stated: str, text: str) -> FrameType | None:
    """The body of the module that warns of its own deprecation while it loads, if it is that.

    Either the module's body issues it, and speaks of a module or points at who
    imports it: it may as well warn of a setting. Or a helper does for it: then *text*
    names the module, and the stacklevel points at who imports it. One alone
    may as well be a deprecated function that the body calls.
    """
    if frames.is_module_level(issuing):
        module = frames.module_of(issuing)
        names = (module.rpartition(".")[2], "module", "package")
        itself = stated != module or any(name in text for name in names)
        return issuing if itself else None
    for frame in frames.walk_outward(issuing.f_back):
        if frames.is_machinery(frame):
            return None
        if frames.is_module_level(frame):
            module, importer = frames.module_of(frame), frames.find_user_frame(frame.f_back)
            points_at = None if importer is None else frames.module_of(importer)
            return frame if stated == points_at != module and module in text else None
    return None


def _first_match(text: str, category: type, module: str) -> Filter | None:
    for one in warnings.filters:
        _, message, wanted, where, line = one
        if (
            not line
            and _matches(message, text)
            and issubclass(category, wanted)
            and _matches(where, module)
        ):
            return one  # type: ignore[return-value]
    return None


def _matches(pattern: object, text: str) -> bool:
    if pattern is None or isinstance(pattern, str):
        return pattern is None or pattern == text
    return pattern.match(text) is not None  # type: ignore[attr-defined]


def _recorder() -> object:
    """Where shown warnings go: replaced by ``catch_warnings(record=True)`` and its users."""
    shown = getattr(warnings, "_showwarnmsg_impl", None)
    return getattr(shown, "__self__", shown)


def _is_installed(frame: FrameType) -> bool:
    parts = frame.f_code.co_filename.replace("\\", "/").split("/")
    return "site-packages" in parts or "dist-packages" in parts


def _package(module: str) -> str:
    return module.partition(".")[0]


def _plain(qualname: str) -> str:
    return qualname.replace("<locals>.", "")
