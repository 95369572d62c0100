"""Finds which of many words a file holds, before anybody parses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

#: What an identifier consists of, in UTF-8: letters beyond ASCII are bytes above 127.
_PART = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz") | frozenset(
    range(128, 256)
)

#: Where a word may stand: first and last byte; what is found may be a part of a longer one.
_Search = Callable[[bytes], Iterable[tuple[int, int]]]


class Words:
    """Looks for whole identifiers, and for phrases, however many, in one pass over the bytes."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._search = _make_search([word.encode() for word in sorted(self.words)])

    def are_in(self, data: bytes) -> bool:
        """Whether *data* holds one of the words."""
        return next(self._find_whole(data), None) is not None

    def find_in(self, data: bytes) -> frozenset[str]:
        """The words that *data* holds."""
        return frozenset(data[start:end].decode() for start, end in self._find_whole(data))

    def find_lines(self, text: str) -> list[int]:
        """The numbers of the lines of *text* that hold one, in order."""
        data = text.encode("utf-8", "surrogatepass")
        found: list[int] = []
        line, at = 1, 0
        for start, _ in self._find_whole(data):
            line += data.count(b"\n", at, start)
            at = start
            if not found or found[-1] != line:
                found.append(line)
        return found

    def _find_whole(self, data: bytes) -> Iterator[tuple[int, int]]:
        last = len(data)
        for start, end in self._search(data):
            if (start == 0 or data[start - 1] not in _PART) and (
                end == last or data[end] not in _PART
            ):
                yield start, end


def _make_search(words: list[bytes]) -> _Search:
    if not words:
        return lambda data: ()
    try:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind
    except ImportError:  # no wheel for this Python or platform: ten times slower
        return _search_by_tokens(frozenset(words))
    # A word that stands alone is always found: no other can begin before it and reach into it.
    find = BytesAhoCorasick(words, MatchKind.LeftmostLongest, Implementation.DFA)
    return lambda data: [(start, end) for _, start, end in find.find_matches_as_indexes(data)]


def _search_by_tokens(words: frozenset[bytes]) -> _Search:
    blanks = bytes(one if one in _PART else 32 for one in range(256))
    phrases = [word for word in sorted(words, reverse=True) if not _PART.issuperset(word)]
    any_of = [*map(re.escape, phrases), rb"[0-9A-Za-z_\x80-\xff]+"]
    token = re.compile(b"|".join(any_of))

    def search(data: bytes) -> Iterable[tuple[int, int]]:
        said = any(phrase in data for phrase in phrases)
        if not said and words.isdisjoint(data.translate(blanks).split()):
            return ()
        return (match.span() for match in token.finditer(data) if match[0] in words)

    return search
