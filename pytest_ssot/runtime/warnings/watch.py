"""Watches deprecation warnings: each becomes a sighting at its true caller."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.evidence import Sighting
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.guard import Guard

    Tentative = tuple[str, type, Sighting, FrameType]

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.imports.hook import ImportWatch
from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.warnings import meaning
from pytest_ssot.runtime.warnings.meaning import Categories, Surroundings
from pytest_ssot.runtime.warnings.spy import FilterSpy, Readers


class WarningWatch:
    """Turns each warning of a watched category into a sighting, or into a rule.

    With *discover*, a module that warns of its own deprecation while it loads
    becomes a target: ``discovered`` lists those, with the words of each.
    """

    def __init__(
        self,
        index: TargetIndex,
        recorder: Recorder,
        imports: ImportWatch,
        guard: Guard,
        *,
        categories: Categories,
        discover: bool,
    ) -> None:
        self._index = index
        self._recorder = recorder
        self._imports = imports
        self._categories = categories
        self.discover = discover
        imports.state_of = self._state_of
        self.spy = FilterSpy(guard(self._warned), Readers(guard))
        self.surroundings = Surroundings()
        self.discovered: dict[str, str] = {}
        self.on_discovered: Callable[[str, str], object] = self.discovered.setdefault
        self._expected: list[Tentative] = []

    def begin(self) -> None:
        """A test, or a file's collection, begins: what it adds to the filters is its own."""
        self.surroundings.note()
        self._expected.clear()

    def _warned(self, text: str, category: type[Warning], stated: str, frame: FrameType) -> None:
        if category not in self._categories:
            return
        if meaning.is_reissued(frame):
            self._unexpected(text, category)
            return
        issuing = meaning.issuer(frame)
        if issuing is None:
            return
        used = meaning.issued_in_c(frame)
        if used is not None:
            self._note(frame, category, used, text, stated)
            return
        body = meaning.loading(issuing, stated, text)
        if body is not None:
            self._loading(body, text, category, stated)
        else:
            self._called(frame, issuing, text, category, stated)

    def _loading(self, body: FrameType, text: str, category: type[Warning], stated: str) -> None:
        """A module warns of itself while it loads: a rule covers that, or it becomes one."""
        module = frames.module_of(body)
        if self._index.module(module) is not None:
            return
        if self.discover and body.f_globals.get("__spec__") is not None:
            self._index.add(Target(module, module, warning=(text, category, stated)))
            self.on_discovered(module, text)
            self._imports.warned(module, body, expected=self.surroundings.recorded())
            return
        importer = frames.find_user_frame(body.f_back) or body
        self._note(importer, category, module, text, stated)

    def _state_of(self, target: Target) -> str:
        """How today's filters leave the warning of a discovered module, which warned once."""
        return "seen" if target.warning is None else self.surroundings.state(*target.warning)

    def _called(
        self,
        frame: FrameType,
        issuing: FrameType,
        text: str,
        category: type[Warning],
        stated: str,
    ) -> None:
        if meaning.looked_at(issuing):
            return
        wrapped = meaning.decorated(frame)
        user = frames.find_user_frame(issuing) if wrapped else meaning.user(issuing, stated)
        importer = user or frames.find_user_frame(issuing)
        if importer is None:
            return
        self._note(importer, category, wrapped or meaning.issued_by(issuing), text, stated)

    def _note(
        self,
        importer: FrameType,
        category: type[Warning],
        target: str,
        text: str,
        stated: str,
    ) -> None:
        sighting = self._recorder.sighting(
            importer,
            rule=self._rule(target) or meaning.qualified(category),
            kind="warning",
            target=target,
            name=None,
            message=text,
            state=self.surroundings.state(text, category, stated),
        )
        if self.surroundings.recorded():
            self._expected.append((text, category, sighting, importer))
        else:
            self._recorder.record(importer, sighting)

    def _rule(self, target: str) -> str | None:
        """The rule that covers what warns, if one does."""
        module, _, name = target.partition(":")
        found = self._index.name(module, name.partition(".")[0]) or self._index.module(module)
        return None if found is None or found.foreign else found.rule

    def _unexpected(self, text: str, category: type) -> None:
        """pytest.warns did not expect what it recorded: so it was a deprecation after all."""
        for expected in [one for one in self._expected if one[:2] == (text, category)]:
            self._expected.remove(expected)
            sighting, importer = expected[2:]
            self._recorder.record(importer, sighting)
