"""The scan: every use of every target in the files of a project, without running any."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_ssot.model import Kind, Step
from pytest_ssot.rules.lookup import Target, TargetIndex
from pytest_ssot.source.constructions.guarded import Guarded, list_guarded, list_passed_on
from pytest_ssot.source.constructions.spared_uses import Spared
from pytest_ssot.source.definitions.analysis import Definitions
from pytest_ssot.source.definitions.search import Search
from pytest_ssot.source.file_analysis import Analysis
from pytest_ssot.source.index import Pass, State
from pytest_ssot.source.project.files import Entry
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.reading import Unreadable, read_bytes, read_script
from pytest_ssot.source.uses.use import Copy, Scan, Use
from pytest_ssot.source.wanted import Wanted
from pytest_ssot.source.workers import Workers, count_processors

#: What passes a name on may itself be passed on; chains that are longer are cut.
_DEEPEST = 20
#: Below this many files another process costs more than it saves.
_ENOUGH = 400
#: How many bytes of source a process keeps for the next pass, instead of reading them again.
_KEPT = 256 * 1024 * 1024
#: Trees are walked by recursion, and generated code nests deeper than people do.
_NESTED = 20_000


def scan_files(
    root: Path, entries: Sequence[Entry], wanted: Wanted, state: State, *, forks: bool = True
) -> Scan:
    """Scan *entries*, files of *root*; what *state* knows of them is not looked for again.

    *state*, which has begun with them, then knows what this scan has found. Many files are
    dealt out to *forks*.
    """
    shares = _deal_out(entries) if forks else [list(entries)]
    workers = Workers(
        [_Share(root, share, wanted.list_owned()).answer_question for share in shares]
    )
    try:
        with quickly():
            return _Passes(root, wanted, workers, state).run_passes(entries)
    finally:
        workers.close()


class _Passes:
    """First the targets themselves, then what their users pass on, until nothing new is."""

    def __init__(self, root: Path, wanted: Wanted, workers: Workers, state: State) -> None:
        self._wanted = wanted
        self._workers = workers
        self._state = state
        self._modules = Modules(root, wanted.list_owned())
        self._index = TargetIndex(wanted.targets)
        self._guarded = list_guarded(self._modules, wanted.factories)
        self._number = 0
        self._unreadable: dict[str, str] = {}
        self._skipped: set[str] = set()

    def run_passes(self, entries: Sequence[Entry]) -> Scan:
        found: dict[tuple[Any, ...], Use] = {}
        suspects: list[Copy] = []
        for use in self._find_uses():
            found.setdefault(use.place, use)
        if self._wanted.single:
            searched = Search(
                self._wanted.single, self._modules, self._pass_for_definitions
            ).run_passes()
            suspects = sorted(searched.suspects, key=lambda one: (one.site, one.rule))
            for use in searched.uses:
                found.setdefault(use.place, use)
        examined = frozenset(entry.path for entry in entries) - self._skipped
        told = tuple(found[place] for place in sorted(found))
        self._state.learn_answers(self._modules.around.list_answers())
        unreadable = dict(sorted(self._unreadable.items()))
        return self._state.keep_scan(Scan(told, unreadable, examined, tuple(suspects)))

    def _find_uses(self) -> Iterator[Use]:
        """The uses of targets."""
        targets = [(target.rule, target.text, target.submodules) for target in self._wanted.targets]
        classes = [one.to_plain() for one in self._guarded]
        spared = Spared(self._modules)
        passing: dict[str, Use] = {}
        sought: set[str] = set()
        for number in range(_DEEPEST):
            done = self._make_pass(["uses", number > 0, targets, classes])
            exports: list[tuple[str, str, Use]] = []
            for path, (uses, exported, kept, _) in sorted(done.found.items()):
                for use in _derive_uses(uses, passing):
                    if not spared.is_mention(use):
                        yield use
                for names, plain in kept:
                    spared.add_uses(path, names, _derive_uses([plain], passing))
                exports += [
                    (path, name, use)
                    for name, plain in exported
                    for use in _derive_uses([plain], passing)
                    if not spared.is_mention(use)
                ]
            passing = self._list_passed_on(exports, sought)
            classes = [one.to_plain() for one in list_passed_on(passing, self._guarded)]
            named = [key for key, use in passing.items() if use.kind is not Kind.CONSTRUCTION]
            targets = [*((key, key, True) for key in sorted(named)), *spared.take_new_targets()]
            if not targets and not classes:
                break
        yield from spared.list_told()

    def _pass_for_definitions(self, homes: list[Any], routes: list[Any]) -> Pass:
        return self._make_pass(["definitions", homes, routes])

    def _make_pass(self, asked: list[Any]) -> Pass:
        """The findings of one pass, those of files that did not change from the last scan."""
        number, self._number = self._number, self._number + 1
        again = self._state.list_changed(number, asked)
        done = Pass({}, {}, [])
        for answer in self._workers.ask((asked, again)):
            done.found.update(answer[0])
            done.unreadable.update(answer[1])
            done.skipped.extend(answer[2])
            self._state.learn_answers(answer[3], answer[4])
        done = self._state.add_pass(number, asked, done)
        self._unreadable |= done.unreadable
        self._skipped.update(done.skipped)
        return done

    def _list_passed_on(
        self, exports: Sequence[tuple[str, str, Use]], sought: set[str]
    ) -> dict[str, Use]:
        """Which names of which modules are to be looked for next, and what each stands for."""
        found: dict[str, Use] = {}
        for path, name, use in exports:
            for module in self._modules.list_names(path):
                # Both a rule and a factory may be about the same name.
                key = f"{module}:{name}{use.kind.traits.suffix}"
                if key in sought or self._is_told(module, name, use):
                    continue
                sought.add(key)
                found[key] = use
        return found

    def _is_told(self, module: str, name: str, use: Use) -> bool:
        """Whether who imports *name* from *module* violates a rule as it is, or none at all."""
        if use.kind is Kind.CONSTRUCTION:
            return any(one.sought == f"{module}:{name}" for one in self._guarded)
        return (
            module == self._wanted.canonical.get(use.rule)
            or self._index.find_name(module, name) is not None
            or self._index.find_module(module) is not None
        )


class _Share:
    """The files that one process looks through."""

    def __init__(self, root: Path, entries: Sequence[Entry], named: Sequence[str]) -> None:
        self._entries = entries
        self._modules = Modules(root, named)
        self._data: dict[str, bytes] = {}
        self._room = _KEPT

    def answer_question(self, question: Any) -> Any:
        """One pass: what is asked for, and the paths to look at; None: all."""
        asked, again = question
        with quickly():
            return self._look_through(
                self._choose_analysis(*asked), None if again is None else frozenset(again)
            )

    def _choose_analysis(self, what: str, *asked: Any) -> Analysis | Definitions:
        """What looks at files: for uses of targets, or for definitions."""
        if what == "definitions":
            return Definitions(self._modules, *asked)
        passed_on, targets, classes = asked
        wanted, made = (
            [Target(*target) for target in targets],
            [Guarded(*class_) for class_ in classes],
        )
        return Analysis(self._modules, wanted, made, passed_on=passed_on)

    def _look_through(self, analysis: Analysis | Definitions, again: frozenset[str] | None) -> Any:
        found: dict[str, Any] = {}
        unreadable: dict[str, str] = {}
        skipped: list[str] = []
        unread: list[str] = []
        for entry in self._entries:
            path = entry.path
            if again is not None and path not in again:
                continue
            try:
                data = self._read_entry(entry)
            except Unreadable as error:
                unreadable[path] = str(error)
                unread.append(path)
                continue
            if data is None:
                skipped.append(path)
            elif path in analysis.homes or analysis.concerns(path, data):
                try:
                    uses, exports, why, spared, suspects = analysis.analyse_file(path, data)
                except Exception as error:
                    error.add_note(f"while {path} was scanned")
                    raise
                if why is not None:
                    unreadable[path] = why
                if uses or exports or spared or suspects:
                    found[path] = (
                        [use.pack() for use in uses],
                        [(name, use.pack()) for name, use in exports],
                        [(names, use.pack()) for names, use in spared],
                        [suspect.pack() for suspect in suspects],
                    )
        return found, unreadable, skipped, self._modules.around.list_answers(), unread

    def _read_entry(self, entry: Entry) -> bytes | None:
        """The content of a file; None for one that is no Python."""
        data = self._data.get(entry.path)
        if data is not None:
            return data
        data = read_script(entry.at) if entry.script else read_bytes(entry.at)
        if data is not None and len(data) <= self._room:
            self._room -= len(data)
            self._data[entry.path] = data
        return data


def _derive_uses(uses: Sequence[tuple[Any, ...]], passing: Mapping[str, Use]) -> Iterator[Use]:
    """The uses that were found; of a name that is passed on, as those of what it stands for."""
    for plain in uses:
        use = Use.unpack(plain)
        origin = passing.get(use.rule)
        if origin is not None:
            site = origin.site
            use = use._replace(
                rule=origin.rule,
                target=origin.target,
                kind=origin.kind,
                name=origin.name,
                chain=(Step(site.path, site.line, site.function), *origin.chain),
            )
        yield use


def _deal_out(entries: Sequence[Entry]) -> list[list[Entry]]:
    """The entries, dealt out evenly."""
    number = min(count_processors(), 8) if len(entries) >= _ENOUGH else 1
    ordered = sorted(entries, key=lambda entry: entry.key[0])
    return [ordered[start::number] for start in range(number)]


@contextmanager
def quickly() -> Iterator[None]:
    """Trees hold no cycles, so the collector would search in vain; warnings are the user's."""
    enabled, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, _NESTED))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.setrecursionlimit(limit)
        if enabled:
            gc.enable()
