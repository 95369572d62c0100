"""Starts the watch of the test run that started this process, then the user's own sitecustomize.

``site`` imports this at the start of a Python whose PYTHONPATH begins with this folder.
Any Python may: it is written for all of them, and nothing in it may fail.
"""

import os
import sys


def _start_watch(folder):
    """Start the watch; what kept it from starting is told through *folder*."""
    home = os.path.abspath(__file__)
    for _ in range(4):
        home = os.path.dirname(home)
    # The very code of the test run, whatever this Python has installed.
    sys.path.insert(0, home)
    try:
        if sys.version_info < (3, 11) or sys.implementation.name != "cpython":
            raise ImportError("only CPython 3.11 and newer can be watched")
        from pytest_ssot.runtime.children.start_watch import start_watch

        start_watch(folder)
    except Exception as error:
        _tell_error(folder, "%s: %s" % (os.path.basename(sys.executable), error))  # noqa: UP031
    finally:
        sys.path.remove(home)


def _tell_error(folder, text):
    """As pytest_ssot.runtime.evidence.channel writes a record, without its help."""
    import marshal
    import struct

    try:
        record = marshal.dumps(("missed", text), 2)
        # By the file descriptor: "open" may be anything in a Python that is not ours.
        path = os.path.join(folder, "%d-shim" % os.getpid())  # noqa: UP031
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(target, struct.pack("<I", len(record)) + record)
        os.close(target)
    except Exception:
        return  # the run is over, and nobody is left to tell


def _go_on():
    """Run the sitecustomize that this one hides, if there is one."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [one for one in sys.path if os.path.abspath(one) != here]
    mine = sys.modules.pop(__name__, None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise
        sys.modules[__name__] = mine


if os.path.isdir(os.environ.get("PYTEST_SSOT_CHANNEL", "")):
    _start_watch(os.environ["PYTEST_SSOT_CHANNEL"])
_go_on()
