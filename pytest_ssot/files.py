"""Paths as reports tell them, and the one way in which files are written."""

from __future__ import annotations

import contextlib
import os
import time
from functools import cache, lru_cache
from pathlib import Path

#: How the name of a temporary file ends.
_TEMPORARY = ".tmp"
#: Seconds after which a temporary file has nobody who writes it.
_ABANDONED = 600.0


@lru_cache(maxsize=4096)
def relative(path: str, root: Path) -> str:
    """*path* as seen from *root*, with ``/``; as it is where no way leads there."""
    with contextlib.suppress(ValueError):
        return Path(path).relative_to(root).as_posix()
    with contextlib.suppress(ValueError, OSError):
        return Path(path).resolve().relative_to(root.resolve()).as_posix()
    with contextlib.suppress(ValueError):  # another drive
        return Path(os.path.relpath(path, root)).as_posix()
    return Path(path).as_posix()


@cache
def find_standard_library() -> tuple[str, ...]:
    """How the path of a file of the standard library begins.

    It may be packed: in the distributions for embedding, and for WebAssembly.
    """
    import sysconfig  # slow to load

    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    folders.append(os.path.dirname(contextlib.__file__))
    return tuple(dict.fromkeys(os.path.join(folder, "") for folder in folders))


def write_atomically(path: Path, data: str | bytes, *, durable: bool = True) -> None:
    """Write *data* to *path* so that a crash leaves the old file or the new one.

    Text is written as UTF-8. What is not *durable* may be lost, or broken, where the machine
    itself goes down. Makes the folder if need be, and clears away what writers left that were
    killed. Raises OSError.
    """
    import tempfile  # few runs write a file

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data.encode() if isinstance(data, str) else data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        os.chmod(name, _find_mode(path))
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _clear_abandoned(path)


def _clear_abandoned(path: Path) -> None:
    """Remove temporary files for *path* that are too old for their writer to be at work."""
    prefix, now = f".{path.name}.", time.time()
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if entry.name.startswith(prefix) and entry.name.endswith(_TEMPORARY):
                with contextlib.suppress(OSError):
                    if now - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED:
                        os.unlink(entry.path)


def _find_mode(path: Path) -> int:
    """The permissions of the file that is replaced, else what a new file would get."""
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
