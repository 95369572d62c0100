"""Names that code answers for: a module's ``__getattr__``, a class in its place, a lazy object.

What such code loads, it loads on behalf of whoever asked for the name.
"""

from __future__ import annotations

import sys
from types import FunctionType, MethodType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

from pytest_ssot.runtime.stack import bytecode, frames
from pytest_ssot.runtime.stack.loads import LOADERS
from pytest_ssot.runtime.stack.namespaces import classes_of, names_in_class, namespace_of

_ENOUGH = 4096
#: Where the way outward may end: a test, a phase or run of pytest; a module's body, its loader.
_ENDS = frozenset(("pytest_pyfunc_call", *frames.RUN))
_BOUNDS = frozenset(("<module>", *LOADERS, *_ENDS))


class ServedName:
    """An attribute that is being read, and that code answers for.

    *server* is the frame of that code, *reader* the one that reads. ``module`` is what
    stands in ``sys.modules`` and has the attribute; None where a lazy object has it, or any other.
    """

    __slots__ = ("module", "name", "reader", "server")

    def __init__(self, server: FrameType, reader: FrameType) -> None:
        self.server = server
        self.reader = reader
        values = _read_arguments(server)
        self.module = _find_module(server, values)
        self.name = bytecode.read_instruction(reader).name or _find_name(server, values)

    @property
    def key(self) -> tuple[int, str] | None:
        """What tells one served name of a module from another."""
        return None if self.module is None else (id(self.module), self.name)


class ServedNames:
    """Finds what is served on the stack. What instructions do is kept, as few of them matter."""

    def __init__(self, is_ours: Callable[[FrameType], bool]) -> None:
        self._is_ours = is_ours
        self._reads: dict[tuple[int, int], tuple[bool, CodeType]] = {}

    def find(self, frame: FrameType | None, until: FrameType | None = None) -> Iterator[ServedName]:
        """Find the names that *frame* helps to serve, the innermost first.

        With *until*, a frame further out, not those that this one helps to serve.
        """
        reads, server = self._reads, None
        while frame is not None:  # as walk_outward, for less: mostly nothing is served
            code = frame.f_code
            if code.co_name in _ENDS and frames.is_run(frame):
                break
            if server is not None:
                known = reads.get((id(code), frame.f_lasti))
                if self._is_read(frame) if known is None else known[0]:
                    yield ServedName(server, frame)
            if frame is until:
                break
            server, frame = frame, frame.f_back

    def find_context(self, frame: FrameType | None) -> tuple[object, ...]:
        """Find on whose behalf *frame* does what it does: who asked for a name, what is loading.

        Asked at each repeated import of what is watched, so it looks at frames by itself.
        """
        found: list[object] = []
        reads, server = self._reads, None
        while frame is not None:
            code = frame.f_code
            if code.co_name in _BOUNDS:
                if code.co_name in LOADERS:
                    found.append(id(frame.f_locals.get("spec")))
                    break
                if code.co_name == "<module>":
                    found.append(id(frame.f_globals))
                    break
                if frames.is_run(frame):
                    break
            if server is not None:
                key = (id(code), frame.f_lasti)
                known = reads.get(key)
                if self._is_read(frame) if known is None else known[0]:
                    found.append(key)
            server, frame = frame, frame.f_back
        return tuple(found)

    def find_importer(
        self,
        frame: FrameType,
        says: Callable[[FrameType], bool],
        is_target: Callable[[str, str], bool],
    ) -> tuple[FrameType, list[ServedName]]:
        """Find who imports what *frame* loads, and the names that were asked for on the way.

        That is who asked for the name, if *is_target* knows that, by its module and itself, or
        if what serves it is not ours. A module's body loads for itself. What *says* what it
        loads does so for itself too, where it serves no module.
        """
        importer, passed, server = frame, list[ServedName](), frame
        for current in frames.walk_outward(frame.f_back):
            if frames.is_module_level(server):
                break
            if self._is_read(current):
                served = ServedName(server, current)
                own = self._find_own(importer, served)
                if served.module is None and (own is not None or says(importer)):
                    break
                module = namespace_of(served.module).get("__name__")
                if own is None or is_target(str(module), served.name):
                    importer = frames.find_user_frame(current) or current
                    passed.append(served)
                else:
                    importer = own
                    break
            server = current
        return importer, passed

    def _find_own(self, frame: FrameType, served: ServedName) -> FrameType | None:
        """Find the innermost frame of ours that serves, from *frame* outward."""
        for current in frames.walk_outward(frame):
            if not frames.is_machinery(current) and self._is_ours(current):
                return current
            if current is served.server:
                break
        return None

    def _is_read(self, frame: FrameType) -> bool:
        """Whether what *frame* has called answers for an attribute."""
        code = frame.f_code
        key = (id(code), frame.f_lasti)
        known = self._reads.get(key)
        if known is None:
            if len(self._reads) > _ENOUGH:
                self._reads.clear()
            # Held, so that no other code gets its identity.
            known = self._reads[key] = bytecode.is_attribute_read(frame), code
        return known[0]


def _read_arguments(frame: FrameType) -> list[object]:
    code, values = frame.f_code, frame.f_locals
    return [values.get(name) for name in code.co_varnames[: code.co_argcount]]


def _find_module(frame: FrameType, values: list[object]) -> object:
    """Find the module whose attribute the code at *frame* answers for."""
    for value in values[:2]:  # of a method; of a descriptor
        if issubclass(type(value), ModuleType):
            return value
    own = sys.modules.get(frames.module_of(frame))
    modules = list(sys.modules.values())
    # Where the function of another module answers, it is told the name.
    others = modules if values and type(values[-1]) is str else []
    for module in (own, *others):
        getter = namespace_of(module).get("__getattr__")
        if getter is not None and _is_entered(getter, frame, values):
            return module
    first = values[0] if values else None
    return next((module for module in modules if module is first is not None), None)


def _is_entered(getter: object, frame: FrameType, values: list[object]) -> bool:
    """Whether *frame* runs *getter*: a function, a method, or an object that is called."""
    if type(getter) is MethodType:
        return bool(values) and getter.__self__ is values[0]
    if type(getter) is not FunctionType:
        return bool(values) and getter is values[0]
    if getter.__code__ is not frame.f_code:
        return False
    outer = frame.f_locals
    for name, cell in zip(frame.f_code.co_freevars, getter.__closure__ or (), strict=False):
        try:
            if outer.get(name) is not cell.cell_contents:
                return False
        except ValueError:  # an empty cell
            continue
    return True


def _find_name(frame: FrameType, values: list[object]) -> str:
    """Find the name that the code at *frame* answers for, where the reader computes it."""
    for value in reversed(values):
        if type(value) is str:
            return value
    for value in values[:2]:
        for cls in classes_of(type(value)):
            for name, member in list(names_in_class(cls).items()):
                getter = member.fget if type(member) is property else None
                code = getter.__code__ if type(getter) is FunctionType else None
                if (values and member is values[0]) or code is frame.f_code:
                    return str(name)
    return ""
