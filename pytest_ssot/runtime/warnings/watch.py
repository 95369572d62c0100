"""Watches deprecation warnings: each becomes a sighting at its true caller."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.channel import Channel
    from pytest_ssot.runtime.evidence.conditions import Setter
    from pytest_ssot.runtime.evidence.evidence import Evidence
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.imports.uses import ImportUses
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.warnings.categories import WatchedCategories

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.evidence.conditions import WarningFacts
from pytest_ssot.runtime.stack import frames, intent
from pytest_ssot.runtime.stack.loads import Load
from pytest_ssot.runtime.warnings import issuer
from pytest_ssot.runtime.warnings.categories import category_name
from pytest_ssot.runtime.warnings.in_force import select_body
from pytest_ssot.runtime.warnings.spy import FilterSpy


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
        discover: bool,
    ) -> None:
        self._index = index
        self._recorder = recorder
        self._uses = uses
        self._categories = categories
        self._in_force = recorder.in_force
        self.discover = discover
        self.spy = FilterSpy(self._on_warning, self._in_force, guard)
        self.discovered: dict[str, str] = {}
        self._channel: Channel | None = None

    def begin(self, owner: Evidence) -> None:
        """Begin a test, or a file's collection: the filters that there are were set for it."""
        self.spy.wrap()
        owner.standing = self._in_force.find_standing()

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
        names = self._categories.find_names(category)
        if not names:
            return
        if issuer.is_reissued(frame):
            return  # what becomes of it was clear when it was issued first
        collected = issuer.find_collected(frame)
        if collected is not None:
            self._recorder.hand_on(frame, text, *collected)
            return
        issuing = issuer.find_issuer(frame)
        if issuing is None:
            return
        facts = WarningFacts(text, names, stated, caught=self._find_catcher(frame, category))
        used = issuer.find_c_issuer(frame)
        if used is not None:
            self._record(frame, category, used, facts)
            return
        body = issuer.find_loading_body(issuing, stated, text)
        if body is not None:
            self._charge_load(body, category, facts)
        else:
            self._charge_call(frame, issuing, category, facts)

    def _find_catcher(self, frame: FrameType, category: type[Warning]) -> Setter | None:
        """Find who catches the warning, where a test makes an error of it."""
        if not self._in_force.makes_errors():
            return None
        from pytest_ssot.runtime.stack import handlers  # few runs make errors of warnings

        catcher = handlers.find_catcher(frame, category)
        if catcher is None:
            return None
        path, module = catcher.f_code.co_filename, frames.module_of(catcher)
        return path, catcher.f_lineno, frames.function_of(catcher), module

    def _charge_load(self, body: FrameType, category: type[Warning], facts: WarningFacts) -> None:
        """Charge who loads a module that warns of itself: a rule covers that, or it becomes one."""
        module = frames.module_of(body)
        importer = frames.find_user_frame(body.f_back) or body
        if facts.stated == frames.module_of(importer):
            facts.stated = None
        facts.inside = select_body(self._in_force.list_sets(), body)
        target = self._index.find_module(module)
        if target is not None:
            if target.warning is None:
                self._record_covered(target, body, importer, facts)
        elif self.discover and body.f_globals.get("__spec__") is not None:
            self._index.add(Target(module, module, warning=facts))
            self.keep_discovered(module, facts.text)
            self._uses.charge_discovered(module, body)
        else:
            self._record(importer, category, module, facts)

    def _record_covered(
        self, target: Target, body: FrameType, importer: FrameType, facts: WarningFacts
    ) -> None:
        """Record what the module of a rule says of itself: who expects that means the import."""
        sighting = self._recorder.make_sighting(
            importer,
            rule=target.rule,
            kind="warning",
            target=target.text,
            name=None,
            warning=facts,
            covered=True,
            foreign=target.foreign,
        )
        self._recorder.record(importer, sighting)
        load = Load(body, body.f_globals, body.f_code.co_filename)
        self._recorder.record_carrier(load, [sighting])

    def _charge_call(
        self, frame: FrameType, issuing: FrameType, category: type[Warning], facts: WarningFacts
    ) -> None:
        """Charge who calls what warns of itself: a function, or what *frame*'s wrapper wraps."""
        stated = facts.stated or ""
        wrapped = issuer.find_decorated(frame)
        caller = frames.find_user_frame(issuing) if wrapped else issuer.find_caller(issuing, stated)
        importer = caller or frames.find_user_frame(issuing)
        if importer is None:
            return
        target = wrapped or issuer.name_issuer(issuing)
        if not issuer.is_looked_at(issuing):
            self._record(importer, category, target, facts)
        found = self._recorder.served.find(issuing, until=caller)
        served = next((one for one in found if one.key is not None), None)
        if served is None:
            return
        kept = facts.under(self._recorder.find_held(served.server))
        kept.stated = None if stated == frames.module_of(caller or served.reader) else stated
        again = (served.name, category, target, kept)
        self._uses.lazy.keep(served, (target, category), self._charge_reader, again)

    def _charge_reader(
        self,
        name: str,
        category: type[Warning],
        target: str,
        kept: WarningFacts,
        frame: FrameType,
    ) -> None:
        """Charge *frame*, which reads the *name* that was served with a warning before."""
        reader = frames.find_user_frame(frame)
        if reader is None:
            return
        how = intent.classify_read(frame, name)
        package = target.partition(":")[0]
        if how == "looked" or (how == "computed" and not intent.says_name(reader, package, name)):
            return
        facts = kept.under(())
        facts.stated = kept.stated or frames.module_of(reader)
        facts.caught = self._find_catcher(frame, category)
        self._record(reader, category, target, facts)

    def _record(
        self, importer: FrameType, category: type[Warning], target: str, facts: WarningFacts
    ) -> None:
        sighting = self._recorder.make_sighting(
            importer,
            rule=self._find_rule(target) or category_name(category),
            kind="warning",
            target=target,
            name=None,
            warning=facts,
        )
        self._recorder.record(importer, sighting)

    def _find_rule(self, target: str) -> str | None:
        """Find the rule that covers what warns, if any does."""
        module, _, name = target.partition(":")
        found = self._index.find_name(module, name.partition(".")[0]) or self._index.find_module(
            module
        )
        return None if found is None or found.foreign else found.rule
