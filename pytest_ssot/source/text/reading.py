"""What a file holds, as Python would read it; and why it would not."""

from __future__ import annotations

import ast
import errno
import os
import re
import stat
import warnings

#: A pipe that nobody writes to does not block; a link is refused: it may lead out of
#: the root, and what it leads to below the root is read there.
_FLAGS = sum(getattr(os, f"O_{name}", 0) for name in ("NONBLOCK", "NOFOLLOW", "NOCTTY", "BINARY"))

#: Beyond any source; parsing it would take more memory than there is.
_ABSURD = 256 * 1024 * 1024

#: What the first read of a file that may be a script asks for: longer than any ``#!`` line.
_FIRST = 512

_KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISLNK, "is a link"),
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISSOCK, "is a socket"),
)
_REFUSED = {
    errno.ENOENT: "is gone",
    errno.ENOTDIR: "is gone",
    errno.EACCES: "may not be read: no permission",
    errno.EPERM: "may not be read: no permission",
    errno.EISDIR: "is a folder",
    errno.ELOOP: "is a link",
    errno.ENXIO: "is a socket or a device",
}

_BOM = b"\xef\xbb\xbf"
#: Their bytes are no UTF-8 either, but these words help more. The longer marks stand first.
_WIDE = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)

#: PEP 263: in the first line, or in the second after one that holds no code.
_COOKIE = re.compile(
    rb"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))??"
    rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)
_LATIN = re.compile(r"(latin-1|iso-8859-1|iso-latin-1)(-|$)")

#: Options of ``env`` that take the next word.
_TAKING = (b"-u", b"-C", b"--unset", b"--chdir")


class Unreadable(Exception):
    """Python would not read the file; the text says why, with the line where there is one."""


def read_bytes(path: str) -> bytes:
    """The content of the regular file *path*. Raises Unreadable for all else, and never waits."""
    handle, size = _open_regular(path)
    try:
        return _read_rest(handle, b"", size)
    except OSError as error:
        raise Unreadable(explain_error(error)) from error
    finally:
        os.close(handle)


def read_script(path: str) -> bytes | None:
    """The content of *path* if `is_script` says so, else None after a look at its first bytes.

    Raises Unreadable as `read` does.
    """
    handle, size = _open_regular(path)
    try:
        first = os.read(handle, _FIRST)
        return _read_rest(handle, first, size) if is_script(first) else None
    except OSError as error:
        raise Unreadable(explain_error(error)) from error
    finally:
        os.close(handle)


def is_script(data: bytes) -> bool:
    """Whether the first line of *data* (``#!``) starts a Python, directly or by ``env``."""
    if data[:2] != b"#!":
        return False
    words = data[2:_FIRST].partition(b"\n")[0].split()
    started = words[0] if words else b""
    if _last_part(started) == b"env":
        started = _find_started(words[1:])
    return b"python" in _last_part(started)


def decode_source(data: bytes) -> str:
    r"""The text that Python makes of *data*: without BOM, each line ended by ``\n``.

    Lines count as in ``ast.parse`` and in tracebacks. What is no UTF-8 in a comment
    alone is replaced, for an import takes it. Raises Unreadable.
    """
    marked = data.startswith(_BOM)
    if marked:
        data = data[3:]
    cookie = _COOKIE.match(data)
    codec = _find_codec(cookie, marked) if cookie else "utf-8"
    try:
        text = data.decode() if codec == "utf-8" else _decode_by(data, codec)
    except UnicodeDecodeError as error:
        if codec != "utf-8" or not _is_importable(data):
            raise Unreadable(_explain_undecodable(data, error, codec)) from error
        text = data.decode("utf-8", "replace")
    except LookupError as error:
        where = f" in line {_count_line(data, cookie.start(1))}" if cookie else ""
        raise Unreadable(f"unknown encoding{where}: {codec}") from error
    except Exception as error:  # a codec may be anybody's code
        raise Unreadable(f"not {codec}: {error}") from error
    if "\0" in text:
        raise Unreadable(f"NUL byte in line {count_line(text, text.index(chr(0)))}")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def salvage_text(data: bytes) -> str:
    """A text for *data* that `decoded` refuses, with the same lines as far as can be told.

    What does not decode is replaced by U+FFFD, a NUL by a blank.
    """
    wide = next((name for mark, name in _WIDE if data.startswith(mark)), None)
    data = data.removeprefix(_BOM)
    cookie = None if wide else _COOKIE.match(data)
    codec = wide or (_normalise_codec(cookie[1].decode()) if cookie else "utf-8")
    try:
        text = _decode_by(data, codec, "replace")
    except Exception:  # no such codec, or one that refuses
        text = data.decode("utf-8", "replace")
    return text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")


def count_line(text: str, index: int) -> int:
    r"""The line, from 1, of what stands at *index*; ``\n``, ``\r\n`` and ``\r`` end lines."""
    before = text[:index]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")


def _last_part(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _find_started(words: list[bytes]) -> bytes:
    """What ``env`` starts when it is given *words*."""
    rest = iter(words)
    for word in rest:
        if word in _TAKING:
            next(rest, None)
        elif word[:1] == b"-":
            split = b"" if word[:2] == b"--" else word.partition(b"S")[2]
            if split:  # -Spython3
                return split
        elif b"=" not in word:
            return word
    return b""


def _open_regular(path: str) -> tuple[int, int]:
    """The open file and its size, known to be a regular one."""
    try:
        handle = os.open(path, os.O_RDONLY | _FLAGS)
    except (OSError, ValueError) as error:
        raise Unreadable(explain_error(error)) from error
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode) and found.st_size <= _ABSURD:
        return handle, found.st_size
    os.close(handle)
    if stat.S_ISREG(found.st_mode):
        raise Unreadable(f"is too large: {found.st_size:,} bytes")
    kinds = (words for test, words in _KINDS if test(found.st_mode))
    raise Unreadable(next(kinds, "is a device"))


def _read_rest(handle: int, data: bytes, size: int) -> bytes:
    """*data* and what follows, up to *size*; less where the file has become shorter."""
    while len(data) < size:
        more = os.read(handle, size - len(data))
        if not more:
            break
        data = data + more if data else more
    return data


def explain_error(error: Exception) -> str:
    """What *error*, raised for a file or a folder, says of it, in words."""
    if isinstance(error, OSError):
        return _REFUSED.get(error.errno or 0) or f"may not be read: {error.strerror or error}"
    return f"may not be read: {error}"


def _find_codec(cookie: re.Match[bytes], marked: bool) -> str:
    codec = _normalise_codec(cookie[1].decode())
    if marked and codec != "utf-8":
        line = _count_line(cookie.string, cookie.start(1))
        raise Unreadable(f"encoding {codec} in line {line} after a UTF-8 byte order mark")
    return codec


def _normalise_codec(name: str) -> str:
    """As the tokenizer takes it: editors add ``-unix`` and the like."""
    short = name[:12].lower().replace("_", "-")
    if short == "utf-8" or short.startswith("utf-8-"):
        return "utf-8"
    return "iso-8859-1" if _LATIN.match(short) else name


def _decode_by(data: bytes, codec: str, errors: str = "strict") -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unicode_escape warns of what it finds
        text = data.decode(codec, errors)
    # Some codecs make lone surrogates, which Python takes for no source.
    return text.encode("utf-8", errors).decode()


def _is_importable(data: bytes) -> bool:
    """Whether an import takes *data*: it looks at no byte of a comment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _count_line(data: bytes, index: int) -> int:
    return count_line(data[:index].decode("latin-1"), index)


def _explain_undecodable(data: bytes, error: UnicodeDecodeError, codec: str) -> str:
    for mark, name in _WIDE:
        if data.startswith(mark):
            return f"{name}, which Python does not read as source"
    byte = f"byte 0x{error.object[error.start]:02x}"
    return f"not {codec.upper()} in line {_count_line(data, error.start)}: {byte}"
