"""The verdict: what policy says of each violation, whoever found it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.config.settings import Settings
from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.model import Form, Kind, Site, Step, Verdict, Violation
from pytest_ssot.policy.verdict.allowances import Allowances, Excuse, Importer, SeenBy
from pytest_ssot.policy.verdict.code_of_tests import TestCode
from pytest_ssot.policy.verdict.mission_critical import apply_setting
from pytest_ssot.policy.verdict.silences import Around, Heard, Hearing, Silences
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.rules.ruleset import RuleSet

if TYPE_CHECKING:  # a scan has no use for the watch, nor most runs for the scan
    from pytest_ssot.runtime.evidence.evidence import Reached, Sightings
    from pytest_ssot.source.project.modules import Modules

#: What a hook says of a violation: why it is allowed.
Ask = Callable[[Violation], str | None]


#: The order in which verdicts outweigh each other where ways, or tests, differ.
WEIGHT = (
    Verdict.FAILS,
    Verdict.KNOWN,
    Verdict.TOLD,
    Verdict.SUPPRESSED,
    Verdict.INDIRECT,
    Verdict.ALLOWED,
)


def ask_nobody(_: Violation) -> None:
    """Hooks are pytest's, and here is none."""


class Ruling(NamedTuple):
    """A violation with its verdict, None where nobody is told of it, and what allowed it."""

    violation: Violation | None
    allowed_by: str = ""


class Judge:
    """Judges what a run has seen, what a scan has found, and what is overdue, by one order.

    ``used`` collects the allowances that excused something, ``mistakes`` those in inline
    comments, which are known only once a line is reached.
    """

    def __init__(
        self,
        settings: Settings,
        rules: RuleSet,
        allowances: Allowances,
        tests: TestCode | None = None,
    ) -> None:
        self.used: set[str] = set()
        self.mistakes: set[str] = set()
        self._settings = settings
        self._rules = rules
        self._allowances = allowances
        self._first_party = FirstParty(settings.root, settings.first_party)
        self._silences = Silences((tests or TestCode(settings.root)).has)

    def judge_found(
        self,
        found: Sightings,
        test: SeenBy,
        ask: Ask = ask_nobody,
        around: Around = Around(),  # noqa: B008 - it is a constant
    ) -> list[Violation]:
        """The violations that *test* answers for, judged, sorted by importer.

        Of a cause that is reached under several conditions, what weighs most.
        """
        told: dict[tuple[object, ...], Violation] = {}
        for reached, hearing in self._silences.hear_all(found.values(), around):
            violation = self._judge_sighting(reached, hearing, test, ask)
            known = None if violation is None else told.get(violation.cause)
            if violation is not None and (known is None or _weighs_more(violation, known)):
                told[violation.cause] = violation
        return [told[cause] for cause in sorted(told) if not _is_reached_too(told[cause], told)]

    def judge_source(
        self,
        violation: Violation,
        end_line: int,
        modules: Modules,
        test: SeenBy,
        ask: Ask = ask_nobody,
    ) -> Ruling:
        """The verdict on what stands in source; comments up to *end_line* may allow it."""
        path = violation.importer.path
        file, module = str(self._settings.root / path), next(iter(modules.list_names(path)), "")
        return self._judge(violation, Importer(file, module, end_line), test, Hearing(), ask)

    def _judge_sighting(
        self, reached: Reached, hearing: Hearing, test: SeenBy, ask: Ask
    ) -> Violation | None:
        seen = reached[0]
        violation = _as_violation(reached, test, self._settings)
        importer = Importer(seen.path, seen.module, seen.end_line)
        judged = self._judge(violation, importer, test, hearing, ask).violation
        if seen.remembered is None or judged is None:
            return judged
        return self._tell_remembered(judged, *seen.remembered)

    def _tell_remembered(
        self, judged: Violation, path: str, line: int, function: str, module: str
    ) -> Violation | None:
        """What a function of ours remembers is told, where it would fail if it were reached."""
        if judged.verdict is not Verdict.FAILS or not self._first_party.owns(path, module):
            return None
        place = Step(relative(path, self._settings.root), line, function)
        return judged.judged(Verdict.TOLD)._replace(remembered=place)

    def _judge(
        self, violation: Violation, importer: Importer, test: SeenBy, hearing: Hearing, ask: Ask
    ) -> Ruling:
        """The verdict, by the first of these that holds.

        What fails by it may be in the baseline, which counts the sites of a whole test or scan:
        see :meth:`Ratchet.mark_known`. *hearing* is what a warning's filters made of it.
        """
        excuse = self._find_excuse(violation, importer, test)
        if excuse is not None:
            return self._allow(violation, excuse)
        if hearing.heard is Heard.HONOURED:
            return self._allow(violation, Excuse("a warning filter that names it", ""))
        reason = ask(violation)
        if reason is not None:
            return self._allow(violation, Excuse(reason, ""))
        if not self._first_party.owns(importer.file, importer.module):
            if violation.kind.traits.is_another:
                return Ruling(None)  # other people may call theirs what they like
            return self._rule_by(self._settings.indirect, violation, Verdict.INDIRECT)
        if hearing.heard is Heard.SUPPRESSED:
            return self._rule_by(self._settings.suppressed, violation, Verdict.SUPPRESSED)
        return Ruling(violation.judged(Verdict.FAILS, self._name_ignored(hearing)))

    def _name_ignored(self, hearing: Hearing) -> str | None:
        """The filter that hides it for the whole process, and excuses nobody."""
        if hearing.ignored is None:
            return None
        path, line, *_ = hearing.ignored.setter
        place = f"{relative(path, self._settings.root)}:{line}"
        return f"the filter of {place} is for the whole process, and excuses nobody"

    def _allow(self, violation: Violation, excuse: Excuse) -> Ruling:
        self.used.add(excuse.by)
        return Ruling(violation.judged(Verdict.ALLOWED, excuse.reason), excuse.by)

    @staticmethod
    def _rule_by(setting: str, violation: Violation, verdict: Verdict) -> Ruling:
        """The ruling by a setting of report, fail or ignore."""
        decided = apply_setting(setting, verdict)
        return Ruling(None if decided is None else violation.judged(decided))

    def _find_excuse(self, violation: Violation, importer: Importer, test: SeenBy) -> Excuse | None:
        rule = self._rules.by_id.get(violation.rule)
        try:
            return self._allowances.find_excuse(violation, importer, rule, test)
        except UsageError as error:
            self.mistakes.add(str(error))
            return None


def _is_reached_too(violation: Violation, told: Mapping[tuple[object, ...], Violation]) -> bool:
    """Whether what a function remembers has been reached besides."""
    if violation.remembered is None:
        return False
    return violation._replace(remembered=None).cause in told


def _weighs_more(violation: Violation, known: Violation) -> bool:
    return WEIGHT.index(violation.verdict) < WEIGHT.index(known.verdict)


def _as_violation(reached: Reached, test: SeenBy, settings: Settings) -> Violation:
    """What was *reached*, as everyone else knows it."""
    root, (seen, chain, _) = settings.root, reached
    return Violation(
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
