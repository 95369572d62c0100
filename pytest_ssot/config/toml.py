"""Reads TOML as a user wrote it, mistakes and all."""

from __future__ import annotations

from typing import Any

from pytest_ssot.config.mistakes import Wrong


def parse_toml(data: bytes) -> dict[str, Any]:
    """The document; raises Wrong if it is not UTF-8 or no TOML."""
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Wrong(f"is not UTF-8 (at line {line})") from None
    # Nested too deep, or a number with too many digits, is no TOMLDecodeError.
    except (ValueError, RecursionError) as error:
        raise Wrong(f"is no valid TOML: {error}") from None
