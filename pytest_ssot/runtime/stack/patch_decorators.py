"""``mock.patch`` as a decorator: the string that names the target stands far from its use.

While the patch is entered no frame of the user is on the stack between pytest and
mock. What is there is the function that was decorated.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

from pytest_ssot.runtime.stack.frames import is_machinery, module_of, walk_outward

_MOCK = frozenset(("mock.mock", "unittest.mock"))
#: ``unittest.mock``: _patch.decoration_helper and its asynchronous twin's caller.
_HELPER = "decoration_helper"


def is_restoring(frame: FrameType) -> bool:
    """Whether *frame* puts back what a patch had replaced: no second use of the name."""
    name, module = frame.f_code.co_name, module_of(frame)
    return (name == "__exit__" and module in _MOCK) or (
        name == "undo" and module == "_pytest.monkeypatch"
    )


def find_patched(frame: FrameType | None) -> tuple[CodeType, int] | None:
    """Find the function whose ``@patch`` is entered at *frame*: its code, and the patch's line."""
    for current in walk_outward(frame):
        if current.f_code.co_name == _HELPER and module_of(current) in _MOCK:
            values = current.f_locals
            function = getattr(values.get("patched"), "__wrapped__", None)
            code = getattr(function, "__code__", None)
            attribute = getattr(values.get("patching"), "attribute", None)
            return None if code is None else (code, _find_decorator_line(code, str(attribute)))
        if not is_machinery(current):
            return None
    return None


def find_decorator_column(path: str, line: int) -> int:
    """Find where the decorator's expression begins, after its ``@``."""
    import linecache

    text = linecache.getline(path, line)
    rest = text.lstrip(" \t@") if text.lstrip().startswith("@") else text.lstrip()
    return len(text) - len(rest)


def _find_decorator_line(code: CodeType, attribute: str) -> int:
    """Find the decorator that says *attribute*, above *code*'s ``def`` or its class; its line.

    The first decorator's line where none does: the target was computed.
    """
    import linecache

    first = code.co_firstlineno
    endings = (f".{attribute}'", f'.{attribute}"')
    for line in range(first, first + 200):
        text = linecache.getline(code.co_filename, line)
        if any(ending in text for ending in endings):
            return line
        if not text or text.lstrip().startswith(("def ", "async def ")):
            break
    for line in range(first - 1, 0, -1):
        text = linecache.getline(code.co_filename, line)
        if text.lstrip().startswith("@") and any(ending in text for ending in endings):
            return line
    return first
