"""The document itself, in the one layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def render(data: Mapping[str, Any]) -> str:
    """*data* as JSON: the same input gives the same bytes."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
