"""Functions that nobody but a factory calls: what they make, the factory makes.

Source does not tell who is on the stack. What is certain is told by `helpers`: a plain function
at the top of the factory's module, each mention of which is a call by a factory or by another
such function. Whether other files mention it is for the scan to find out.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.syntax.bindings import find_bound_within
from pytest_ssot.syntax.nodes import Function

_LATER = ast.Lambda | ast.GeneratorExp
_YIELDS = ast.Yield | ast.YieldFrom


class _Mention(NamedTuple):
    """Of the function *name* in *within*; *later*: in code that may run when that has ended."""

    name: str
    within: tuple[str, ...]
    called: bool
    later: bool


def find_helpers(
    tree: ast.Module, permits: Callable[[Sequence[str]], bool]
) -> dict[str, frozenset[str]]:
    """The functions of *tree* that only factories reach, with all that lead there from one.

    *permits* tells whether code inside of these functions and classes belongs to a factory.
    """
    candidates = _find_candidates(tree)
    mentions = [
        mention for mention in _Mentions(candidates).find_in(tree) if mention.name in candidates
    ]
    good = frozenset(candidates)
    # Who calls one without being one spoils it, and so does who is not called by a factory.
    while (reached := _keep_reached(mentions, good, permits)) != good:
        good = reached
    callers: dict[str, set[str]] = {name: set() for name in good}
    for mention in mentions:
        if mention.name in good and not permits(mention.within):
            callers[mention.name].add(mention.within[0])
    return {name: _add_callers(name, callers) for name in good}


def _keep_reached(
    mentions: Sequence[_Mention], good: frozenset[str], permits: Callable[[Sequence[str]], bool]
) -> frozenset[str]:
    """Those of *good* that factories and each other call, and nobody else mentions."""
    spoiled = {mention.name for mention in mentions if not _is_fine(mention, good, permits)}
    fine = [mention for mention in mentions if mention.name in good - spoiled]
    found = {mention.name for mention in fine if permits(mention.within)}
    while (
        more := {mention.name for mention in fine if found.intersection(mention.within[:1])} - found
    ):
        found |= more
    return frozenset(found)


def _is_fine(
    mention: _Mention, good: frozenset[str], permits: Callable[[Sequence[str]], bool]
) -> bool:
    if not mention.called:
        return False
    inside = len(mention.within) == 1 and mention.within[0] in good and not mention.later
    return inside or permits(mention.within)


def _add_callers(name: str, callers: dict[str, set[str]]) -> frozenset[str]:
    found, todo = {name}, [name]
    while todo:
        more = callers[todo.pop()] - found
        found |= more
        todo += more
    return frozenset(found)


def _find_candidates(tree: ast.Module) -> dict[str, ast.stmt]:
    """Functions that run when they are called, and that no decorator hands to somebody."""
    bound = Counter(one.name for one in find_bound_within(tree))
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, Function) and not node.decorator_list and bound[node.name] == 1
        if not any(isinstance(one, _YIELDS) for one in ast.walk(node))
    }


class _Mentions:
    def __init__(self, candidates: dict[str, ast.stmt]) -> None:
        self._candidates = candidates

    def find_in(self, node: ast.AST) -> Iterator[_Mention]:
        return self._look_below(node, (), later=False)

    def _look_below(
        self, node: ast.AST, within: tuple[str, ...], *, later: bool
    ) -> Iterator[_Mention]:
        for child in ast.iter_child_nodes(node):
            yield from self._find_mentions(child, within, later=later)

    def _find_mentions(
        self, node: ast.AST, within: tuple[str, ...], *, later: bool
    ) -> Iterator[_Mention]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                inner = (*within, node.name)
                for child in ast.iter_child_nodes(node):
                    inside = isinstance(child, ast.stmt)
                    yield from self._find_mentions(child, inner if inside else within, later=later)
                return
            case ast.Name(id=name) | ast.Constant(value=str(name)):
                yield _Mention(name, within, called=False, later=later)
            case ast.Await(value=ast.Call(func=ast.Name(id=name)) as call):
                yield from self._read_call(call, name, within, later, ast.AsyncFunctionDef)
                return
            case ast.Call(func=ast.Name(id=name)):
                yield from self._read_call(node, name, within, later, ast.FunctionDef)
                return
        deferred = isinstance(node, _LATER)
        yield from self._look_below(node, within, later=later or deferred)

    def _read_call(
        self, call: ast.Call, name: str, within: tuple[str, ...], later: bool, kind: type[ast.stmt]
    ) -> Iterator[_Mention]:
        """A call of *name*; one of an async function is no more than a mention until awaited."""
        called = isinstance(self._candidates.get(name), kind)
        yield _Mention(name, within, called=called, later=later)
        for part in (*call.args, *call.keywords):
            yield from self._find_mentions(part, within, later=later)
