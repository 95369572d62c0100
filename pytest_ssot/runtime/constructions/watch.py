"""Watches constructions of classes that only their factories may make."""

from __future__ import annotations

import sys
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.runtime.constructions.callers import Callers
    from pytest_ssot.runtime.constructions.factories import Factories, FactoryRule
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.constructions import makers
from pytest_ssot.runtime.constructions.init_descriptor import NAME, NONE, InitDescriptor, set_init
from pytest_ssot.runtime.constructions.own_objects import find_made_while_loading
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.stack.loads import Load
from pytest_ssot.runtime.stack.namespaces import namespace_of, read_plainly

_IS_ABSTRACT = 1 << 20  # Include/object.h: Py_TPFLAGS_IS_ABSTRACT


class _GuardedClass:
    """A class that has a factory, and what stands on it.

    Neither is held here: code that purges modules is rid of their classes.
    """

    __slots__ = ("factories", "init", "kind", "through")

    def __init__(self, kind: type, on_end: Callable[[object], object]) -> None:
        self.kind = ref(kind, on_end)
        self.init: ref[InitDescriptor] | None = None
        self.factories: list[FactoryRule] = []
        #: The code that makes the object for whoever calls the class.
        self.through: dict[int, CodeType] = _find_call_code(kind)

    def find_standing(self) -> InitDescriptor | None:
        """Find what stands on the class, if it still does."""
        kind = self.kind()
        init = None if self.init is None else self.init()
        return init if kind is not None and kind.__dict__.get(NAME, NONE) is init else None


class ConstructionWatch:
    """Turns each construction outside of its factory into a sighting.

    ``on_load`` is for :class:`ImportWatch`. ``unguarded`` are classes that are loaded
    and cannot be watched, each with why.
    """

    def __init__(self, factories: Factories, recorder: Recorder, guard: Guard) -> None:
        self._factories = factories
        self._recorder = recorder
        self._guard = guard
        self._on_made = guard(self._take_made)
        self._guard_loaded = guard(self._guard_loaded_classes)
        self._guarded: dict[int, _GuardedClass] = {}
        self._modules: dict[str, object] = {}
        self.unguarded: dict[str, str] = {}
        callers = {name for guarded in factories for name in guarded.callers.modules}
        self.on_load: dict[str, Callable[[Any], object]] = {
            **dict.fromkeys(callers, self._forget_callers),
            **dict.fromkeys(factories.by_module, self._on_loaded),
        }

    def install(self) -> None:
        self._guard_loaded()

    def _guard_loaded_classes(self) -> None:
        for name in self._factories.by_module.keys() & sys.modules.keys():
            self._on_loaded(sys.modules[name])

    def remove(self) -> None:
        for guarded in list(self._guarded.values()):
            kind = guarded.kind()
            init = guarded.find_standing()
            if kind is not None and init is not None:
                set_init(kind, init.own)
        self._guarded.clear()
        self._modules.clear()

    def refresh(self) -> None:
        """Guard the classes of modules that came by no import."""
        for name in self._factories.by_module:
            module = sys.modules.get(name)
            if module is not self._modules.get(name):
                self._modules[name] = module
                self._guard_classes(name, module, stated=True)
        self.stand_again()

    def stand_again(self) -> None:
        """Guard again the classes whose ``__init__`` code has replaced or put back."""
        for guarded in list(self._guarded.values()):
            kind = guarded.kind()
            if kind is not None and guarded.find_standing() is None:
                self._stand_on(guarded, kind)

    # -- classes --------------------------------------------------------------

    def _forget_callers(self, module: object) -> None:
        """Forget which code may make what: *module*, which has loaded, may bind other code."""
        for factory in self._factories:
            factory.callers.forget_bound()
        for guarded in self._guarded.values():
            init = guarded.find_standing()
            if init is not None:
                init.inside.clear()

    def _on_loaded(self, module: Any) -> bool:
        self._forget_callers(module)
        name = str(namespace_of(module).get("__name__"))
        self._modules[name] = module
        return self._guard_classes(name, module)

    def _guard_classes(self, name: str, module: object, *, stated: bool = False) -> bool:
        """Guard the classes of *module*; only its own ones where that has to be *stated*.

        What tests put into ``sys.modules`` may have something else by that name. Returns
        whether the module made objects of any while it was loading.
        """
        made = False
        for factory in self._factories.by_module.get(name, ()):
            found = namespace_of(module).get(factory.name, NONE)
            kind, through = _unwrap_class(found)
            if stated and (kind is None or kind.__module__ != name):
                continue
            self.unguarded.pop(factory.symbol, None)
            if kind is None:
                why = "has no such name" if found is NONE else "has no class by that name"
                self.unguarded[factory.symbol] = f"{name} {why}"
            elif not _is_never_made(kind):
                self._guard_class(factory, kind, through)
                made |= self._record_made_while_loading(factory, module, kind)
        return made

    def _record_made_while_loading(self, factory: FactoryRule, module: Any, kind: type) -> bool:
        """Record the objects that *module* has made of *kind*; returns whether it has any."""
        if factory.callers.covers(factory.module) or kind.__module__ != factory.module:
            return False
        path = str(namespace_of(module).get("__file__") or "")
        found = [
            Sighting(
                rule=factory.rule,
                kind="construction",
                target=factory.symbol,
                name=None,
                path=path,
                line=line,
                end_line=end_line,
                column=column,
                function="<module>",
                module=factory.module,
                foreign=factory.foreign,
            )
            for line, end_line, column in find_made_while_loading(module, factory.name, kind)
        ]
        if found:
            self._recorder.record_carrier(Load(None, namespace_of(module), path), found)
        return bool(found)

    def _guard_class(self, factory: FactoryRule, kind: type, through: dict[int, CodeType]) -> None:
        guarded = self._guarded.get(id(kind))
        if guarded is None:
            key = id(kind)
            guarded = _GuardedClass(kind, lambda gone: self._guarded.pop(key, None))
            try:
                self._stand_on(guarded, kind)
            except TypeError as error:
                self.unguarded[factory.symbol] = str(error)
                return
            self._guarded[key] = guarded
        if factory not in guarded.factories:
            guarded.factories.append(factory)
        guarded.through.update(through)

    def _stand_on(self, guarded: _GuardedClass, kind: type) -> None:
        own = kind.__dict__.get(NAME, NONE)
        if type(own) is InitDescriptor and own.on_made is self._on_made:
            guarded.init = ref(own)  # put back by whoever had taken it off
            return
        init = InitDescriptor(kind, own, self._on_made, self._guard, self._recorder.owners)
        set_init(kind, init)
        guarded.init = ref(init)

    # -- objects --------------------------------------------------------------

    def _take_made(self, init: InitDescriptor, kind: type, frame: FrameType) -> None:
        """*frame* makes an object of *kind*, or only asks for its ``__init__``."""
        guarded = self._guarded.get(id(kind))
        if guarded is None:
            return
        outside = [factory for factory in guarded.factories if not self._is_within(factory, frame)]
        if not outside:
            if len(guarded.factories) == 1:
                self._note_inside(init, guarded.factories[0].callers, frame)
            return
        maker = makers.find_maker(frame, guarded.through)
        if maker is None or init.was_told(maker) or not makers.is_call(frame, guarded.through):
            return
        for factory in outside:
            self._record(factory, maker)
        if not makers.is_shared(maker):
            init.mark_told(maker)

    def _record(self, factory: FactoryRule, maker: FrameType) -> None:
        sighting = self._recorder.make_sighting(
            maker,
            rule=factory.rule,
            kind="construction",
            target=factory.symbol,
            name=None,
            foreign=factory.foreign,
        )
        self._recorder.record(maker, sighting)

    def _note_inside(self, init: InitDescriptor, callers: Callers, frame: FrameType) -> None:
        """Let the innermost of *callers* make objects without being asked about again."""
        for current in frames.walk_outward(frame):
            if callers.has(current):
                init.inside[id(current.f_code)] = current.f_code
                return

    def _is_within(self, factory: FactoryRule, frame: FrameType) -> bool:
        """Whether *frame* is of a caller that may, or called by one, or started by one."""
        started = self._recorder.owners.find_permitted_by_start
        return factory.is_permitted(frame) or factory.symbol in started(frame)


def _is_never_made(kind: Any) -> bool:
    """Whether *kind* is a protocol, or has abstract methods: ``object.__new__`` refuses then."""
    abstract = kind.__flags__ & _IS_ABSTRACT and kind.__new__ is object.__new__
    return bool(abstract or read_plainly(kind, "_is_protocol", False))


def _unwrap_class(found: object) -> tuple[type | None, dict[int, CodeType]]:
    """Find the class that *found* is or wraps, and the code of what wraps it."""
    through: dict[int, CodeType] = {}
    while not issubclass(type(found), type):
        code = read_plainly(found, "__code__")
        if code is None or found is NONE:
            return None, {}
        through[id(code)] = code
        found = read_plainly(found, "__wrapped__")
    return found, through  # type: ignore[return-value]


def _find_call_code(kind: type) -> dict[int, CodeType]:
    """Find the code of ``__call__`` of *kind*'s metaclasses."""
    meta: Any = type(kind)
    calls = (base.__dict__.get("__call__") for base in meta.__mro__)
    codes = (read_plainly(call, "__code__") for call in calls)
    return {id(code): code for code in codes if code is not None}
