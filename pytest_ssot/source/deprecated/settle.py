"""Makes findings of signs: what to use instead, and what a rule of it must say."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pytest_ssot.source.deprecated.finding import Finding, Sign, Strength
from pytest_ssot.source.deprecated.functions_and_classes import Thing, find_delegates
from pytest_ssot.source.deprecated.whole_modules import count_sources, passes_on
from pytest_ssot.source.names.library import Library
from pytest_ssot.source.names.module_outline import ModuleOutline


def settle_signs(
    signs: Iterable[Sign], library: Library, known: Mapping[str, str | None]
) -> list[Finding]:
    """The findings of *signs*, sorted by target.

    *known* are the targets that have a rule already, with its ``use``: no
    finding points at one of them.
    """
    by_target: dict[str, list[Sign]] = {}
    for sign in signs:
        by_target.setdefault(sign.target, []).append(sign)
    settler = _Settler(by_target, library, known)
    findings = [settler.make_finding(target) for target in sorted(by_target)]
    return sorted(settler.join_findings(findings), key=lambda finding: finding.target)


_BUILTINS = frozenset(dir(builtins))
_TO_SUBMODULES = re.compile(r"\bsub-?modules?\b|\bspecific modules?\b", re.IGNORECASE)


class _Settler:
    def __init__(
        self,
        signs: Mapping[str, list[Sign]],
        library: Library,
        known: Mapping[str, str | None],
    ) -> None:
        self._library = library
        self._known = known
        self._signs = {
            target: sorted(found, key=lambda sign: (-sign.strength, sign.line, sign.how))
            for target, found in signs.items()
        }
        self._uses: dict[str, str | None] = {}

    def make_finding(self, target: str) -> Finding:
        signs = tuple(self._signs[target])
        use = self.find_use(target)
        made = Finding(target, signs[0].strength, signs, use)
        if ":" not in target:
            made = self._complete_module(made)
        return made

    def find_use(self, target: str) -> str | None:
        """What to use instead of *target*, which is not deprecated itself; None if unknown."""
        if target not in self._uses:
            self._uses[target] = None  # a circle leads nowhere
            outline = self._library.outline(target.partition(":")[0])
            found = self._list_candidates(target, outline) if outline else ()
            allowed = (
                self._keep_allowed(target, self._follow_onward(one, target)) for one in found
            )
            self._uses[target] = next((one for one in allowed if one), None)
        return self._uses[target]

    def _list_candidates(self, target: str, outline: ModuleOutline) -> Iterator[str | None]:
        name = target.partition(":")[2]
        signs = self._signs[target]
        told = [pointer for sign in signs for pointer in sign.pointers]
        for pointer in told:
            if pointer in _BUILTINS:
                return
            found = self._library.resolve_pointer(pointer, outline)
            if found is None or found == target:
                continue
            if name and ":" not in found and pointer.startswith("?"):
                continue  # a plain word that happens to be a module's name
            if name and ":" not in found:  # "moved to a.b": under the same name
                found = f"{found}:{name}"
                found = found if self._library.find_binding(found) else None
            elif ":" in found and not _says_where(pointer):
                found = self._library.find_origin(found)
            yield found
        if not told:
            yield self._find_delegate(target)
        if not name and passes_on(outline):
            counted = count_sources(outline)
            inside = {one: n for one, n in counted.items() if self._library.is_module(one)}
            yield from sorted(inside, key=lambda one: (-inside[one], one))

    def _follow_onward(self, use: str | None, target: str) -> str | None:
        """*use*, or what is to be used instead of it where it is deprecated too."""
        if use is None:
            return None
        if self._is_deprecated(use):
            return self._known.get(use) if use in self._known else self.find_use(use)
        module, _, name = use.partition(":")
        above = self._find_deprecated_above(module)
        if above is None or above == target or (above == module and not name):
            return use
        moved = self._known[above] if above in self._known else self.find_use(above)
        found = f"{moved}:{name}" if moved and ":" not in moved and above == module else None
        return found if found and self._library.find_binding(found) else None

    def _is_deprecated(self, target: str) -> bool:
        if target in self._known:
            return True
        signs = self._signs.get(target)
        return signs is not None and signs[0].strength > Strength.POSSIBLE

    def _find_deprecated_above(self, module: str) -> str | None:
        """The module whose deprecation covers *module*: it, or a package that moved away."""
        if self._is_deprecated(module):
            return module
        package = module.rpartition(".")[0]
        while package:
            if self._is_deprecated(package) and self._covers_submodules(package):
                return package
            package = package.rpartition(".")[0]
        return None

    def _covers_submodules(self, package: str) -> bool:
        """Whether the submodules of a deprecated package are deprecated with it.

        Its own warning runs for each of them; but not where they are what it
        tells to use.
        """
        use = self.find_use(package)
        said = " ".join(sign.words for sign in self._signs.get(package, ()))
        inside = use is not None and f"{use.partition(':')[0]}.".startswith(f"{package}.")
        return not inside and not _TO_SUBMODULES.search(said)

    @staticmethod
    def _keep_allowed(target: str, use: str | None) -> str | None:
        """*use*, where a rule on *target* may name it: nothing private, nor the target itself."""
        module, _, name = (use or "").partition(":")
        if use is None or use == target or module == target or name.startswith("_"):
            return None
        private = {part for part in module.split(".") if part.startswith("_")}
        return use if private <= set(target.partition(":")[0].split(".")) else None

    def _complete_module(self, made: Finding) -> Finding:
        """With what a rule on a whole module must say of its names and its submodules."""
        outline = self._library.outline(made.target)
        if outline is None:
            return made
        if made.use is not None:
            made = self._add_names(made, outline)
        if outline.is_package and not self._covers_submodules(made.target):
            note = "its submodules are what to use: the rule is about the package's own names"
            return made._replace(submodules=False, notes=(*made.notes, note))
        return made

    def _add_names(self, made: Finding, outline: ModuleOutline) -> Finding:
        """With where its public names went: ``rename`` for a new name, ``manual`` for nowhere."""
        module, _, meant = (made.use or "").partition(":")
        rename: dict[str, str] = {}
        lost: list[str] = []
        for name, kind in _list_public(outline):
            new = self._find_new_name(f"{made.target}:{name}", module)
            if new and new != name:
                rename[name] = new
            elif (
                not new and not self._library.find_binding(f"{module}:{name}") and kind != "import"
            ):
                lost.append(name)
        wanted = f"{module}:{meant}"
        alike = [one for one in lost if meant and self._are_alike(f"{made.target}:{one}", wanted)]
        if len(alike) == 1:  # the words name what stands for it
            rename[alike[0]] = meant
            lost.remove(alike[0])
        return made._replace(use=module, rename=tuple(sorted(rename.items())), manual=tuple(lost))

    def _find_new_name(self, target: str, module: str) -> str | None:
        """The name in *module* that *target* is, by its own signs or as an import from there."""
        use = self.find_use(target) if target in self._signs else None
        found = self._library.find_binding(target)
        source = found.source if found and found.kind == "import" else None
        for one in (use, source, self._find_delegate(target)):
            where, _, name = (one or "").partition(":")
            if name and where == module and self._library.find_binding(f"{module}:{name}"):
                return name
        return None

    def _find_delegate(self, target: str) -> str | None:
        """What a function does nothing but call, or a class nothing but inherit."""
        module = target.partition(":")[0]
        found, outline = self._library.find_binding(target), self._library.outline(module)
        if found is None or outline is None or not isinstance(found.node, Thing):
            return None
        for pointer in find_delegates(outline, found.node):
            called = self._library.resolve_pointer(pointer, outline)
            if called is not None and self._are_alike(target, called):
                return self._library.find_origin(called)
        return None

    def _are_alike(self, old: str, new: str) -> bool:
        """Whether one can stand for the other: no async function for a plain one."""
        return self._library.find_kind(old) == self._library.find_kind(new)

    def join_findings(self, findings: list[Finding]) -> Iterator[Finding]:
        """The findings without those that a finding on their module, or its package, says too."""
        findings = [self._add_common(finding, findings) for finding in findings]
        by_target = {
            finding.target: finding for finding in findings if finding.strength > Strength.POSSIBLE
        }
        for finding in findings:
            above = self._find_deprecated_above(finding.target.partition(":")[0])
            if above is None or above == finding.target or above not in by_target:
                above = self._find_deprecated_above(finding.target.rpartition(".")[0])
            whole = by_target.get(above) if above and above != finding.target else None
            if whole is None or not _says_too(whole, finding):
                yield finding

    def _add_common(self, whole: Finding, findings: list[Finding]) -> Finding:
        """A module whose names all went to one other module went there."""
        if whole.use is not None or whole.strength is Strength.POSSIBLE or ":" in whole.target:
            return whole
        inside = [finding for finding in findings if finding.target.startswith(f"{whole.target}:")]
        places = Counter((finding.use or "").partition(":")[0] for finding in inside)
        place = next(iter(places), "")
        if len(places) != 1 or not place or f"{place}.".startswith(f"{whole.target}."):
            return whole
        outline = self._library.outline(whole.target)
        return self._add_names(whole._replace(use=place), outline) if outline else whole


class _Name(NamedTuple):
    name: str
    kind: str


def _list_public(outline: ModuleOutline) -> Iterator[_Name]:
    """What a module offers: functions, classes, constants, and what it imports."""
    for name, binding in outline.bindings.items():
        offers = binding.kind != "value" or name.isupper() or name[:1].isupper()
        if offers and not name.startswith("_"):
            yield _Name(name, binding.kind)


def _says_too(whole: Finding, finding: Finding) -> bool:
    """Whether the rule on a whole module says all that *one*, inside of it, would."""
    if finding.strength is Strength.POSSIBLE or finding.use is None:
        return True
    if whole.use is None:
        return False
    module, _, name = finding.use.partition(":")
    old = finding.target.partition(":")[2]
    return module == whole.use and dict(whole.rename).get(old, old) == name


def _says_where(pointer: str) -> bool:
    """Whether the words spell the path to import from; then it is not followed further."""
    return ":" in pointer or "." in pointer
