"""Finds who issues a warning, what it warns of, and who called that."""

from __future__ import annotations

import warnings
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

from pytest_ssot.runtime.stack import bytecode, frames, intent
from pytest_ssot.runtime.stack.namespaces import namespace_of, read_plainly

#: Where pytest.warns, and assertWarns from 3.15 on, issue again what they did not expect.
_RECORDERS = (("_pytest.recwarn", "__exit__"), ("unittest.case", "__exit__"))
#: Where Twisted's trial collects what a test warns of, and issues again what is left.
TRIAL = "twisted.trial._synctest"


def is_reissued(frame: FrameType) -> bool:
    """Whether a recorder issues a warning again that it had recorded."""
    return (frames.module_of(frame), frame.f_code.co_name) in _RECORDERS


def find_collected(frame: FrameType) -> tuple[str, int] | None:
    """Find the line of a warning that trial had collected, and issues again at *frame*."""
    if frame.f_code.co_name != "run" or frames.module_of(frame) != TRIAL:
        return None
    collected = frame.f_locals.get("w")
    if not isinstance(collected, dict):
        return "", 0
    return collected.get("filename", ""), collected.get("lineno", 0)


def find_issuer(frame: FrameType) -> FrameType | None:
    """Find the frame that issues the warning: the innermost that is no wrapper.

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


def find_c_issuer(frame: FrameType) -> str | None:
    """Find what C code warns of, where that issues the warning and not *frame*.

    *frame* is the innermost Python frame: it calls ``warnings.warn``, by
    whatever name, or it uses what is deprecated (``datetime.utcnow()``,
    ``~True``), and is the user then.
    """
    if frames.is_machinery(frame) or frames.is_wrapper(frame):
        return None
    names = bytecode.read_callee(frame) if bytecode.read_instruction(frame).op == "call" else []
    if not names:
        return None if bytecode.read_instruction(frame).op == "call" else "builtins"
    value = _resolve_name(frame, names)
    if "warn" in names[-1].lower() or any(value is one for one in _ISSUERS):
        return None
    return ":".join((".".join(names[:-1]) or "builtins", names[-1]))


def _resolve_name(frame: FrameType, names: list[str]) -> object:
    """Find what the dotted name *names* stands for in *frame*, as far as modules go."""
    root = names[0]
    value = frame.f_locals.get(root, frame.f_globals.get(root))
    for name in names[1:]:
        value = namespace_of(value).get(name) if issubclass(type(value), ModuleType) else None
    return value


_ISSUERS = (warnings.warn, warnings.warn_explicit)


def find_decorated(frame: FrameType) -> str | None:
    """Find what PEP 702's wrapper, or another like it, warns of: ``module:qualname``."""
    if not frames.is_wrapper(frame):
        return None
    for name in ("arg", "wrapped_", "wrapped"):
        value = frame.f_locals.get(name)
        qualname = read_plainly(value, "__qualname__")
        if isinstance(qualname, str):
            return f"{read_plainly(value, '__module__', '')}:{_drop_locals(qualname)}"
    return None


def is_looked_at(issuing: FrameType) -> bool:
    """Whether *issuing* answers for a name that the reading code does not say.

    Whoever goes through the names of a module or a class, each of which warns when it is
    read, means none of them; see :mod:`pytest_ssot.runtime.stack.intent`.
    """
    code = issuing.f_code
    if code.co_name not in _ANSWERS:
        return False
    name = issuing.f_locals.get(code.co_varnames[code.co_argcount - 1])
    reader = issuing.f_back
    if not isinstance(name, str) or reader is None or frames.is_bootstrap(reader):
        return False  # the import system asks on behalf of a statement that takes the name
    how = intent.classify_read(reader, name)
    if how != "computed":
        return how == "looked"
    asker = frames.find_user_frame(reader)
    return asker is None or not intent.says_name(asker, frames.module_of(issuing), name)


_ANSWERS = frozenset(("__getattr__", "__getattribute__"))


def name_issuer(frame: FrameType) -> str:
    """Name the deprecated thing, where *frame* warns of itself: ``module:function``."""
    module, function = frames.module_of(frame), frames.function_of(frame)
    return module if function == "<module>" else f"{module}:{function}"


def find_caller(issuing: FrameType, stated: str) -> FrameType | None:
    """Find the frame that called the deprecated thing, whatever the stacklevel says.

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
    if found is None or _top_package(frames.module_of(found)) != _top_package(module):
        return found
    if not _is_installed(found) or _top_package(stated) == _top_package(module):
        return found
    pointed = frames.find_user_frame(found, lambda frame: frames.module_of(frame) != stated)
    return pointed or found


def find_loading_body(issuing: FrameType, stated: str, text: str) -> FrameType | None:
    """Find the body of the module that warns of its own deprecation while it loads, if any does.

    Either the module's body issues the warning, and speaks of a module or points at who
    imports it: it may as well warn of a setting. Or a helper issues it for the module: then
    *text* names that, and the stacklevel points at who imports it. With one of these alone,
    it may as well be a deprecated function that the body calls.
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


def _is_installed(frame: FrameType) -> bool:
    parts = frame.f_code.co_filename.replace("\\", "/").split("/")
    return "site-packages" in parts or "dist-packages" in parts


def _top_package(module: str) -> str:
    return module.partition(".")[0]


def _drop_locals(qualname: str) -> str:
    return qualname.replace("<locals>.", "")
