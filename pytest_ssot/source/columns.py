"""Columns as users count them."""

from __future__ import annotations

import ast


class Columns:
    """Columns in characters: the tree has them in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._line = 0
        self._encoded = b""
        #: Where the last one was, in both: a line may be long, and hold many.
        self._last = (0, 0)

    def of(self, node: ast.stmt | ast.expr) -> int:
        line = self._lines[node.lineno - 1]
        if line.isascii():
            return node.col_offset
        if node.lineno != self._line or node.col_offset < self._last[0]:
            if node.lineno != self._line:
                self._line = node.lineno
                self._encoded = line.encode("utf-8", "surrogatepass")
            self._last = (0, 0)
        start, known = self._last
        between = self._encoded[start : node.col_offset].decode("utf-8", "surrogatepass")
        self._last = (node.col_offset, known + len(between))
        return self._last[1]
