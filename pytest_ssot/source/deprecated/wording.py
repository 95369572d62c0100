"""What words say of a deprecation: what it is about, and what to use instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_ssot.source.text.constant_text import HOLE

_SAYS = re.compile(
    r"\b(?:is|are|was|were|has been|have been|will be|being)?\s*(?:now |been |soon )?"
    r"(?:deprecated|deprecation|removed|obsolete|renamed|moved|relocated|superseded|replaced)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:arg|argument|attribute|behaviou?r|default|environment variable|field|flag|format"
    r"|keyword|kwarg|option|param|parameter|passing|positional|property|python ?\d[\d.]*|python"
    r"|returning|setting|support|syntax|value|with|without)s?\b",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\bthis (?:\w+ )?(?:class|decorator|factory|file|function|helper|import path|module|package"
    r"|script|shim|wrapper)\b|^\W*(?:deprecated|please use|use|import|see|since|will be)\b"
    r"|^\W*(?:it|this)?\W*$",
    re.IGNORECASE,
)
_NAME = r"[A-Za-z_]\w*"
_QUOTES = r"[`'\"\u2018\u201c<(\[]*"
_NO_NAME = r"(?!(?-i:the|a|an|instead|directly|now|of|only|and|or|to|it)\b)"
_CODE = (
    rf"(?::[\w:]+:)?{_QUOTES}(?:[\w ]+<)?~?(?P<dots>\.*)(?P<word>{_NO_NAME}{_NAME}(?:\.{_NAME})*)"
    r"(?P<call>\()?"
)
_OPENS = frozenset("`'\"~<.:")
_FROM = re.compile(
    rf"\bfrom\s+(?P<module>\.*(?:{_NAME}(?:\.{_NAME})*)?)\s+import\s+\(?(?P<name>{_NAME})"
)
_OUT_OF = re.compile(
    rf"\b(?:use|import|using|importing)\s+(?:the )?{_QUOTES}(?P<name>{_NAME})(?:\(\))?[`'\"]*"
    rf"(?:\s+(?:class|function|instead))*\s+(?:directly )?from\s+(?:the )?{_QUOTES}"
    rf"(?P<module>\.*{_NAME}(?:\.{_NAME})*)"
)
_VERBS = (
    r"use|using|import|call|prefer|try|switch(?:ed)? to|migrated? to|changed? to"
    r"|replaced? (?:it )?(?:by|with)|replacement(?: is)?|renamed(?: to| as)?|moved (?:in)?to"
    r"|relocated to|lives? (?:now )?in|(?:available|found|provided|located|defined) (?:in|from|at"
    r"|as|by)|in favou?r of|alias (?:of|for)|superseded by|import (?:it|them|this|from)|it from"
)
_AFTER_VERB = re.compile(
    rf"(?:\b(?:{_VERBS})\b|->|=>)(?:[\s,]*(?::\s+)?\b(?-i:the|a|an|new|instead|directly|now"
    rf"|module|package|class|function|from)\b)*[\s,]*(?::\s+)?{_CODE}",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    rf"{_CODE}\)?(?P<closing>[`'\"]*)(?: (?:class|function|module))?,? instead\b(?! of)"
)
_AND_MORE = re.compile(
    r"\)?[`'\"]*(?:,|,? (?:and|or)) (?:(?:and|or) )?(?::\w+:)?(?:[`'\"]+[\w.]+|[\w.]+\(|\w+\.\w+)"
)
_DIRECTIVE = re.compile(
    r"^\.\. (?:deprecated|versionremoved):: *(?:[\d.]+\s*)?(?P<words>.*(?:\n\s*[ \t]\S.*)*)", re.M
)
_SECTION = re.compile(
    r"^(?:[-=~^\"*#+]{3,}|:(?:param|arg|type|returns?|raises)\b.*"
    r"|(?:args|arguments|parameters|returns?|raises|examples?|notes?|attributes):?)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_LABELLED = re.compile(r"^[^\w\s]*deprecated(?:\.|:(?!:))(?:.*\S.*\n?)+", re.I | re.M)
_OPENING = re.compile(
    r"^\W*(?:deprecated|obsolete)\b(?:\W*$|\s*[^\w\s]|\s+(?:alias|and|as of|class|compat\w*"
    r"|factory|function|import|in favou?r|in v?\d|module|package|re-?exports?|shim|since|use"
    r"|version|wrapper)\b)",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\bthis (?:\w+ )?(?:class|file|function|module|package|shim) (?:is|has|has been|was)"
    r" (?:now )?(?:deprecated|moved|obsolete|renamed|superseded|relocated)\b"
    r"(?! from)"
    r"|^(?:\S+ )?(?:moved|relocated|renamed) to\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"^\W*(?:todo\W*)?(?:deprecated|obsolete)\b(?! (?:in|since|as of) python)|\bis deprecated\b"
    r"|\b(?:moved|renamed) to \S+\.",
    re.IGNORECASE,
)
_OLD_NAME = re.compile(
    r"\bdeprecated\b|\bcompat\b|\bbackwards?[- ]*compat|\bkept for\b"
    r"|\b(?:moved|renamed) to\b|\b(?:old|legacy|former|historic\w*) (?:alias|name|import|path)",
    re.IGNORECASE,
)


def is_about(text: str, names: Iterable[str]) -> bool | None:
    """Whether *text* is about what has these *names*; None where it does not say.

    What it is about stands before it says "is deprecated".
    """
    found = _SAYS.search(text)
    subject = text[: found.start()] if found else text
    plain = subject
    for name in names:
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", plain)
    if found and _OTHER.search(re.sub(r"\w+(?:\.\w+)+", " ", plain)):
        return False
    if plain != subject or any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names
    ):
        return True
    return True if HOLE not in subject and _SELF.search(subject) else None


def find_pointers(text: str) -> Iterator[str]:
    """What *text* may tell to use instead, the likeliest first.

    ``a.b:Name`` where it says from where; else a dotted name, with ``?`` before
    it where it may be a plain word; ``?`` alone where it names several.
    """
    for pattern in (_FROM, _OUT_OF):
        for found in pattern.finditer(text):
            yield f"{found['module']}:{found['name']}"
    for pattern in (_AFTER_VERB, _INSTEAD):
        for found in pattern.finditer(text):
            if _AND_MORE.match(text, found.end()):
                yield "?"  # which of them is for a person to say
                return
            word, marked = found["word"], found["call"] or found["dots"]
            before = found.string[: found.start("word")][-1:]
            if found.groupdict().get("closing") and before not in _OPENS:
                continue  # the end of a longer piece of code
            is_code = marked or before in _OPENS or re.search(r"[._]|[a-z][A-Z]", word)
            yield found["dots"] + word if is_code else f"?{word}"


def read_docstring(text: str) -> str | None:
    """The words by which a docstring (cleaned) calls its owner deprecated, None if it does not."""
    text = _SECTION.split(text, maxsplit=1)[0]
    directive = _DIRECTIVE.search(text)
    if directive:
        return _join_line(directive["words"])
    first = text.partition("\n\n")[0]
    if _OPENING.search(first) or _STATED.search(text):
        said = first if _OPENING.search(first) or _STATED.search(first) else _cut_sentence(text)
        return _join_line(said)
    opened = _LABELLED.search(text)
    return _join_line(opened[0]) if opened else None


def read_comment(text: str) -> str | None:
    """The words by which a comment calls what it stands at deprecated."""
    return _join_line(text) if _COMMENT.search(text) else None


def read_alias(text: str) -> str | None:
    """The words by which a comment calls an assignment or an import an old name."""
    return _join_line(text) if _OLD_NAME.search(text) else None


def _cut_sentence(text: str) -> str:
    found = _STATED.search(text)
    start = found.start() if found else 0
    return text[start:].partition("\n\n")[0]


def _join_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
