"""The verdict: what policy says of each violation."""

from __future__ import annotations

from collections.abc import Callable

from pytest_ssot.config.settings import Settings
from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.model import Form, Kind, Site, Step, Verdict, Violation
from pytest_ssot.policy.rules.overdue import Overdue
from pytest_ssot.policy.verdict.allowances import Allowances, Excuse, Importer, SeenBy
from pytest_ssot.policy.verdict.critical import decided
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.rules.ruleset import RuleSet
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.stack.frames import Way

Ask = Callable[[Violation], str | None]


class Judge:
    """Turns what was seen into judged violations.

    ``used`` collects the allowances that excused something, the
    ``mistakes`` in inline comments, which are known only once a line is reached.
    """

    def __init__(self, settings: Settings, rules: RuleSet, allowances: Allowances) -> None:
        self.used: set[str] = set()
        self.mistakes: set[str] = set()
        self._settings = settings
        self._rules = rules
        self._allowances = allowances
        self._ours = FirstParty(settings.root, settings.first_party)

    def judge(self, seen: Sighting, chain: Way, test: SeenBy, ask: Ask) -> Violation | None:
        """The violation that *test* saw; None where the settings say to ignore it."""
        root = self._settings.root
        violation = Violation(
            rule=seen.rule,
            kind=Kind(seen.kind),
            target=seen.target,
            name=seen.name,
            importer=Site(relative(seen.path, root), seen.line, seen.column, seen.function),
            chain=tuple(Step(relative(path, root), line, name) for path, line, name in chain),
            tests=(test.nodeid,) if test.nodeid else (),
            message=seen.message,
            form=None if seen.form is None else Form(seen.form),
        )
        importer = Importer(seen.path, seen.module, seen.end_line)
        excuse = self._excuse(violation, importer, test)
        if excuse is None:
            excuse = _honoured(seen) or _asked(violation, ask)
        if excuse is not None:
            self.used.add(excuse.by)
            return violation.judged(Verdict.ALLOWED, excuse.reason)
        verdict = self._verdict(seen)
        return None if verdict is None else violation.judged(verdict)

    def of_source(self, overdue: Overdue, ask: Ask) -> Violation | None:
        """The verdict on what stands in source; None where the settings say to ignore it."""
        from pytest_ssot.source.project.modules import Modules  # few runs come here

        violation = overdue.violation
        path = violation.importer.path
        file = str(self._settings.root / path)
        module = next(iter(Modules(self._settings.root).names(path)), "")
        excuse = self._excuse(violation, Importer(file, module, overdue.end_line), SeenBy(path))
        excuse = excuse or _asked(violation, ask)
        if excuse is not None:
            self.used.add(excuse.by)
            return violation.judged(Verdict.ALLOWED, excuse.reason)
        if self._ours.owns(file, module):
            return violation
        verdict = decided(self._settings.indirect, Verdict.INDIRECT)
        return None if verdict is None else violation.judged(verdict)

    def _verdict(self, seen: Sighting) -> Verdict | None:
        """The verdict of what nobody excused, by the first of these that holds."""
        if not self._ours.owns(seen.path, seen.module):
            if seen.kind == Kind.DEFINITION.value:
                return None  # other people may call theirs what they like
            return decided(self._settings.indirect, Verdict.INDIRECT)
        if seen.state == "suppressed":
            return decided(self._settings.suppressed, Verdict.SUPPRESSED)
        return Verdict.FAILS

    def _excuse(self, violation: Violation, importer: Importer, test: SeenBy) -> Excuse | None:
        rule = self._rules.by_id.get(violation.rule)
        try:
            return self._allowances.excuse(violation, importer, rule, test)
        except UsageError as error:
            self.mistakes.add(str(error))
            return None


def _honoured(seen: Sighting) -> Excuse | None:
    return Excuse("a warning filter that names it", "") if seen.state == "honoured" else None


def _asked(violation: Violation, ask: Ask) -> Excuse | None:
    """What a hook says."""
    reason = ask(violation)
    return None if reason is None else Excuse(reason, "")
