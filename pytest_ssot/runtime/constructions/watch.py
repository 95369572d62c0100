"""Watches constructions of classes that only their factories may make."""

from __future__ import annotations

import sys
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.rules.lookup import Owned
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.constructions import making
from pytest_ssot.runtime.constructions.callers import Callers
from pytest_ssot.runtime.constructions.init_descriptor import NAME, NONE, Init, set_on
from pytest_ssot.runtime.constructions.own_objects import made_while_loading
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.imports.armed_modules import namespace_of
from pytest_ssot.runtime.owners import tasks
from pytest_ssot.runtime.stack import frames

_IS_ABSTRACT = 1 << 20  # Include/object.h: Py_TPFLAGS_IS_ABSTRACT


class Factory:
    """A class that only *callers* may make, named by ``symbol``, ``a.b:Name``."""

    __slots__ = ("callers", "foreign", "module", "name", "rule", "symbol")

    def __init__(
        self, rule: str, symbol: str, only_from: Iterable[str], *, foreign: bool = False
    ) -> None:
        self.rule = rule
        self.symbol = symbol
        self.module, _, self.name = symbol.partition(":")
        self.callers = Callers(only_from)
        self.foreign = foreign


class _Guarded:
    """A class with what stands on it, for which factories, and what may stand in between.

    Whoever purges modules is rid of their classes: neither is held here.
    """

    __slots__ = ("factories", "init", "kind", "through")

    def __init__(self, kind: type, on_end: Callable[[object], object]) -> None:
        self.kind = ref(kind, on_end)
        self.init: ref[Init] | None = None
        self.factories: list[Factory] = []
        #: The code that makes the object for whoever calls the class.
        self.through: dict[int, CodeType] = _calls(kind)

    def standing(self) -> Init | None:
        """What stands on the class, if it still does."""
        kind = self.kind()
        init = None if self.init is None else self.init()
        return init if kind is not None and kind.__dict__.get(NAME, NONE) is init else None


class Constructions:
    """Turns each construction outside of its factory into a sighting.

    ``unguarded`` are classes that are loaded and cannot be watched, each with why.
    """

    def __init__(self, owned: Owned, recorder: Recorder, guard: Guard) -> None:
        self._recorder = recorder
        self._guard = guard
        self._on_made = guard(self._made)
        self._factories: dict[str, list[Factory]] = {}
        self._guarded: dict[int, _Guarded] = {}
        self._modules: dict[str, object] = {}
        self.unguarded: dict[str, str] = {}
        for foreign, some in ((False, owned), (True, owned.foreign)):
            for row in () if some is None else some.factories:
                factory = Factory(*row, foreign=foreign)
                self._factories.setdefault(factory.module, []).append(factory)
        if self._factories:
            recorder.owners.within = self._within

    def on_load(self) -> dict[str, Callable[[Any], object]]:
        """What to do with a module as soon as it is loaded, by its name."""
        callers = {name for factory in self._all() for name in factory.callers.modules}
        acts: dict[str, Callable[[Any], object]] = dict.fromkeys(callers, self._forget)
        return acts | dict.fromkeys(self._factories, self._loaded)

    def install(self) -> None:
        for name in self._factories.keys() & sys.modules.keys():
            self._loaded(sys.modules[name])

    def remove(self) -> None:
        for guarded in list(self._guarded.values()):
            kind = guarded.kind()
            init = guarded.standing()
            if kind is not None and init is not None:
                set_on(kind, init.own)
        self._guarded.clear()
        self._modules.clear()

    def refresh(self) -> None:
        """Guard what came by no import."""
        for name in self._factories:
            module = sys.modules.get(name)
            if module is not self._modules.get(name):
                self._modules[name] = module
                self._bind(name, module, stated=True)
        self.stand_again()

    def stand_again(self) -> None:
        """Guard again what code has given another ``__init__``, or the one from before."""
        for guarded in list(self._guarded.values()):
            kind = guarded.kind()
            if kind is not None and guarded.standing() is None:
                self._stand_on(guarded, kind)

    # -- classes --------------------------------------------------------------

    def _all(self) -> Iterable[Factory]:
        return (factory for factories in self._factories.values() for factory in factories)

    def _forget(self, module: object) -> None:
        for factory in self._all():
            factory.callers.forget()
        for guarded in self._guarded.values():
            init = guarded.standing()
            if init is not None:
                init.inside.clear()

    def _loaded(self, module: Any) -> bool:
        self._forget(module)
        name = getattr(module, "__name__", "")
        self._modules[name] = module
        return self._bind(name, module)

    def _bind(self, name: str, module: object, *, stated: bool = False) -> bool:
        """Guard the classes of *module*; only its own ones where that has to be *stated*.

        What tests put into ``sys.modules`` may have something else by that name. Returns
        whether the module made objects of one while it was loading.
        """
        made = False
        for factory in self._factories.get(name, ()):
            found = namespace_of(module).get(factory.name, NONE)
            kind, through = _class_of(found)
            if stated and (kind is None or kind.__module__ != name):
                continue
            self.unguarded.pop(factory.symbol, None)
            if kind is None:
                why = "has no such name" if found is NONE else "has no class by that name"
                self.unguarded[factory.symbol] = f"{name} {why}"
            elif not _is_never_made(kind):
                self._add(factory, kind, through)
                made |= self._made_while_loading(factory, module, kind)
        return made

    def _made_while_loading(self, factory: Factory, module: Any, kind: type) -> bool:
        if factory.callers.cover(factory.module) or kind.__module__ != factory.module:
            return False
        path = getattr(module, "__file__", None) or ""
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
            for line, end_line, column in made_while_loading(module, factory.name, kind)
        ]
        if found:
            self._recorder.carry(factory.module, path, found)
        return bool(found)

    def _add(self, factory: Factory, kind: type, through: dict[int, CodeType]) -> None:
        guarded = self._guarded.get(id(kind))
        if guarded is None:
            key = id(kind)
            guarded = _Guarded(kind, lambda gone: self._guarded.pop(key, None))
            try:
                self._stand_on(guarded, kind)
            except TypeError as error:
                self.unguarded[factory.symbol] = str(error)
                return
            self._guarded[key] = guarded
        if factory not in guarded.factories:
            guarded.factories.append(factory)
        guarded.through.update(through)

    def _stand_on(self, guarded: _Guarded, kind: type) -> None:
        own = kind.__dict__.get(NAME, NONE)
        if type(own) is Init and own.on_made is self._on_made:
            guarded.init = ref(own)  # put back by whoever had taken it off
            return
        init = Init(kind, own, self._on_made, self._guard, self._recorder.owners)
        set_on(kind, init)
        guarded.init = ref(init)

    # -- objects --------------------------------------------------------------

    def _made(self, init: Init, kind: type, frame: FrameType) -> None:
        """*frame* makes an object of *kind*, or only asks for its ``__init__``."""
        guarded = self._guarded.get(id(kind))
        if guarded is None:
            return
        outside = [factory for factory in guarded.factories if not self._is_within(factory, frame)]
        if not outside:
            if len(guarded.factories) == 1:
                self._note_inside(init, guarded.factories[0].callers, frame)
            return
        maker = making.maker(frame, guarded.through)
        if maker is None or init.was_told(maker) or not making.is_call(frame, guarded.through):
            return
        for factory in outside:
            self._tell(factory, maker)
        if not making.is_shared(maker):
            init.told(maker)

    def _tell(self, factory: Factory, maker: FrameType) -> None:
        sighting = self._recorder.sighting(
            maker,
            rule=factory.rule,
            kind="construction",
            target=factory.symbol,
            name=None,
            foreign=factory.foreign,
        )
        self._recorder.record(maker, sighting)

    def _note_inside(self, init: Init, callers: Callers, frame: FrameType) -> None:
        for one in frames.walk_outward(frame):
            if callers.has(one):
                init.inside[id(one.f_code)] = one.f_code
                return

    def _is_within(self, factory: Factory, frame: FrameType) -> bool:
        """Whether *frame* is of a caller that may, or called by one, or started by one."""
        has = factory.callers.has
        if any(map(has, frames.walk_outward(frame))):
            return True
        if factory.symbol in self._recorder.owners.started_within(frame):
            return True
        return any(map(has, tasks.awaiting()))

    def _within(self, frame: FrameType) -> frozenset[str]:
        """The classes that what *frame* starts may make."""
        return frozenset(
            factory.symbol for factory in self._all() if self._is_within(factory, frame)
        )


def _is_never_made(kind: Any) -> bool:
    """Whether *kind* is a protocol, or has abstract methods: ``object.__new__`` refuses then."""
    abstract = kind.__flags__ & _IS_ABSTRACT and kind.__new__ is object.__new__
    return bool(abstract or getattr(kind, "_is_protocol", False))


def _class_of(found: object) -> tuple[type | None, dict[int, CodeType]]:
    """The class that *found* is or wraps, and the code of what wraps it."""
    through: dict[int, CodeType] = {}
    while not issubclass(type(found), type):
        code = getattr(found, "__code__", None)
        if code is None or found is NONE:
            return None, {}
        through[id(code)] = code
        found = getattr(found, "__wrapped__", None)
    return found, through  # type: ignore[return-value]


def _calls(kind: type) -> dict[int, CodeType]:
    """The code of ``__call__`` of *kind*'s metaclasses."""
    meta: Any = type(kind)
    made = (one.__dict__.get("__call__") for one in meta.__mro__)
    codes = (getattr(one, "__code__", None) for one in made)
    return {id(code): code for code in codes if code is not None}
