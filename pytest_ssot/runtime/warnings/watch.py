"""Watches deprecation warnings: each becomes a sighting at its true caller."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.channel import Channel
    from pytest_ssot.runtime.evidence.evidence import Sighting
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.imports.uses import ImportUses
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.stack.served_names import ServedName
    from pytest_ssot.runtime.warnings.filters import InheritedFilters, WatchedCategories

    Tentative = tuple[str, type, Sighting, FrameType]

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.stack import frames, intent
from pytest_ssot.runtime.warnings import issuer
from pytest_ssot.runtime.warnings.filters import category_name
from pytest_ssot.runtime.warnings.spy import FilterSpy, PythonReads


class WarningWatch:
    """Turns each warning of a watched category into a sighting, or into a rule.

    With *discover*, a module that warns of its own deprecation while it loads
    becomes a target: ``discovered`` lists those, with the words of each.
    """

    def __init__(
        self,
        index: TargetIndex,
        recorder: Recorder,
        uses: ImportUses,
        guard: Guard,
        *,
        categories: WatchedCategories,
        filters: InheritedFilters,
        discover: bool,
    ) -> None:
        self._index = index
        self._recorder = recorder
        self._uses = uses
        self._categories = categories
        self._filters = filters
        self.discover = discover
        self.spy = FilterSpy(guard(self._on_warning), PythonReads(guard))
        self.discovered: dict[str, str] = {}
        self._channel: Channel | None = None
        self._expected: list[Tentative] = []

    def begin(self) -> None:
        """Begin a test, or a file's collection: what it adds to the filters is its own."""
        self._filters.note_current()
        self._expected.clear()

    def hand_over(self, channel: Channel) -> None:
        """Go on in a child process: what is discovered is for the run that reads *channel*."""
        self._channel = channel

    def keep_discovered(self, module: str, text: str) -> None:
        """Keep *module*, which warned of itself with *text*, for the report."""
        if self._channel is None:
            self.discovered.setdefault(module, text)
        else:
            self._channel.write("discovered", module, text)

    def _on_warning(
        self, text: str, category: type[Warning], stated: str, frame: FrameType
    ) -> None:
        if category not in self._categories:
            return
        if issuer.is_reissued(frame):
            self._record_unexpected(text, category)
            return
        issuing = issuer.find_issuer(frame)
        if issuing is None:
            return
        used = issuer.find_c_issuer(frame)
        if used is not None:
            self._record(frame, category, used, text, stated)
            return
        body = issuer.find_loading_body(issuing, stated, text)
        if body is not None:
            self._charge_load(body, text, category, stated)
        else:
            self._charge_call(frame, issuing, text, category, stated)

    def _charge_load(
        self, body: FrameType, text: str, category: type[Warning], stated: str
    ) -> None:
        """Charge who loads a module that warns of itself: a rule covers that, or it becomes one."""
        module = frames.module_of(body)
        if self._index.module(module) is not None:
            return
        if self.discover and body.f_globals.get("__spec__") is not None:
            self._index.add(Target(module, module, warning=(text, category, stated)))
            self.keep_discovered(module, text)
            self._uses.charge_discovered(module, body, expected=self._filters.is_expected())
            return
        importer = frames.find_user_frame(body.f_back) or body
        self._record(importer, category, module, text, stated)

    def _charge_call(
        self,
        frame: FrameType,
        issuing: FrameType,
        text: str,
        category: type[Warning],
        stated: str,
    ) -> None:
        """Charge who calls what warns of itself: a function, or what *frame*'s wrapper wraps."""
        wrapped = issuer.find_decorated(frame)
        caller = frames.find_user_frame(issuing) if wrapped else issuer.find_caller(issuing, stated)
        importer = caller or frames.find_user_frame(issuing)
        if importer is None:
            return
        target = wrapped or issuer.name_issuer(issuing)
        if not issuer.is_looked_at(issuing):
            self._record(importer, category, target, text, stated)
        found = self._recorder.served.find(issuing, until=importer)
        served = next((one for one in found if one.key is not None), None)
        points_at = None if stated == frames.module_of(importer) else stated
        self._uses.lazy.keep(
            served,
            (target, category),
            lambda reader: self._charge_reader(reader, served, category, target, text, points_at),
        )

    def _charge_reader(
        self,
        frame: FrameType,
        served: ServedName | None,
        category: type[Warning],
        target: str,
        text: str,
        stated: str | None,
    ) -> None:
        """Charge *frame*, which reads what was *served* with a warning before."""
        reader = frames.find_user_frame(frame)
        if reader is None or served is None:
            return
        how = intent.classify_read(frame, served.name)
        package = target.partition(":")[0]
        if how == "looked" or (
            how == "computed" and not intent.says_name(reader, package, served.name)
        ):
            return
        self._record(reader, category, target, text, stated or frames.module_of(reader))

    def _record(
        self,
        importer: FrameType,
        category: type[Warning],
        target: str,
        text: str,
        stated: str,
    ) -> None:
        """Record the warning, or keep it where the test expects what it records."""
        sighting = self._recorder.make_sighting(
            importer,
            rule=self._find_rule(target) or category_name(category),
            kind="warning",
            target=target,
            name=None,
            message=text,
            state=self._filters.state_of(text, category, stated),
        )
        if self._filters.is_expected():
            self._expected.append((text, category, sighting, importer))
        else:
            self._recorder.record(importer, sighting)

    def _find_rule(self, target: str) -> str | None:
        """Find the rule that covers what warns, if any does."""
        module, _, name = target.partition(":")
        found = self._index.name(module, name.partition(".")[0]) or self._index.module(module)
        return None if found is None or found.foreign else found.rule

    def _record_unexpected(self, text: str, category: type) -> None:
        """Record what pytest.warns took and did not expect: it was a deprecation after all."""
        for expected in [one for one in self._expected if one[:2] == (text, category)]:
            self._expected.remove(expected)
            sighting, importer = expected[2:]
            self._recorder.record(importer, sighting)
