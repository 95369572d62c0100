"""Checks of words: plain text, and the dotted names of modules and of what is in them."""

from __future__ import annotations

import keyword

from pytest_ssot.config.mistakes import Wrong, describe_value


def check_text(value: object) -> str:
    """A string that says something."""
    if not isinstance(value, str):
        raise Wrong(f"must be a string, not {describe_value(value)}")
    if not value.strip():
        raise Wrong("must not be empty")
    if "\0" in value:
        raise Wrong("must not contain a null character")
    return value


def is_identifier(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def is_dotted(word: str) -> bool:
    return all(map(is_identifier, word.split(".")))


def check_identifier(value: object) -> str:
    word = check_text(value)
    if not is_identifier(word):
        raise Wrong(f"must be a name, not {describe_value(word)}")
    return word


def check_module(value: object) -> str:
    """``a.b``."""
    word = check_text(value)
    if not is_dotted(word):
        raise Wrong(
            f'must be a dotted name like "a.b", not {describe_value(word)}', _as_dotted(word)
        )
    return word


def check_target(value: object) -> str:
    """``a.b`` or ``a.b:Name``."""
    word = check_text(value)
    owner, colon, name = word.partition(":")
    if not is_dotted(owner) or (colon and not is_identifier(name)):
        problem = f'must be a dotted name, "a.b" or "a.b:Name", not {describe_value(word)}'
        raise Wrong(problem, _as_dotted(word))
    return word


def check_symbol(value: object) -> str:
    """``a.b:Name``."""
    word = check_target(value)
    if ":" not in word:
        raise Wrong(f'must name something in a module, "a.b:Name", not {describe_value(word)}')
    return word


def check_caller(value: object) -> str:
    """``a.b``, ``a.b:name`` or ``a.b:Class.method``: a factory is often a class method."""
    word = check_text(value)
    owner, colon, name = word.partition(":")
    if not is_dotted(owner) or (colon and not is_dotted(name)):
        problem = f'must be "a.b", "a.b:name" or "a.b:Class.method", not {describe_value(word)}'
        raise Wrong(problem, _as_dotted(word))
    return word


def _as_dotted(word: str) -> str | None:
    """A hint for a path where a dotted name is meant."""
    dotted = word.replace("\\", "/").removesuffix(".py").removesuffix("/__init__")
    dotted = dotted.strip("/").replace("/", ".")
    return f'did you mean "{dotted}"?' if dotted != word and is_dotted(dotted) else None
