"""Forks that serve questions: they die, they are many, and they leave nothing behind.

Each test is a process of its own: one that has threads, as xdist's do, does not fork.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

HEAD = """
import os, signal, sys, threading, time
from pytest_ssot.source.workers import Workers, count_processors

HERE = os.getpid()
# Who is started in the background by a shell ignores it, and hands that on.
signal.signal(signal.SIGINT, signal.default_int_handler)

def forks(workers):
    return len(workers._forks)

def children():
    with open(f"/proc/self/task/{HERE}/children") as told:
        return told.read().split()

def handles():
    return len(os.listdir("/proc/self/fd"))

before = handles()
"""


def run(script: str) -> str:
    """What *script* prints; it must end well, without a word on stderr."""
    ran = subprocess.run(
        [sys.executable, "-Werror", "-c", HEAD + dedent(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize("number", [1, 2, 8])
def test_questions_and_answers_of_any_size(number: int) -> None:
    run(f"""
        workers = Workers([lambda asked, n=n: (n, asked, "x" * 3_000_000) for n in range({number})])
        assert forks(workers) == ({number} if {number} > 1 else 0)
        for size in (1, 3_000_000, 0):
            answers = sorted(workers.ask(["y" * size, None, (1, b"z")]))
            assert [one[0] for one in answers] == list(range({number}))
            assert all(one[1] == ["y" * size, None, (1, b"z")] for one in answers)
        workers.close()
        assert not children() and handles() == before
    """)


def test_the_share_of_one_that_was_killed_is_served_here() -> None:
    run("""
        def serve(asked):
            if asked == "die" and os.getpid() != HERE:
                os.kill(os.getpid(), signal.SIGKILL)
            return os.getpid() == HERE, asked

        workers = Workers([lambda asked: (False, asked), serve, serve])
        assert sorted(workers.ask("live")) == [(False, "live")] * 3
        assert sorted(workers.ask("die")) == [(False, "die"), (True, "die"), (True, "die")]
        assert sorted(workers.ask("on")) == [(False, "on"), (True, "on"), (True, "on")]
        for pid in children():
            os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.1)
        assert sorted(workers.ask("x" * 200_000))[0][0] is False
        assert not forks(workers)
        workers.close()
        assert not children() and handles() == before
    """)


def test_one_that_is_killed_while_it_answers() -> None:
    run("""
        def serve(asked):
            if os.getpid() != HERE:
                threading.Timer(0.2, os._exit, [9]).start()
            return "x" * 1_000_000

        def slow(asked):
            time.sleep(0.5)
            return "y"

        workers = Workers([serve, slow])
        assert [len(one) for one in sorted(workers.ask(1))] == [1_000_000, 1]
        workers.close()
        assert not children() and handles() == before
    """)


def test_an_error_is_raised_here() -> None:
    run("""
        def serve(asked):
            raise RuntimeError("so")

        workers = Workers([serve, lambda asked: 1])
        try:
            workers.ask(1)
        except RuntimeError as error:
            assert str(error) == "so"
        else:
            raise AssertionError
        workers.close()
        assert not children() and handles() == before
    """).strip()


def test_a_crash_is_told() -> None:
    told = run("""
        def serve(asked):
            os.kill(os.getpid(), signal.SIGSEGV)

        workers = Workers([lambda asked: 1, serve])
        try:
            workers.ask(1)
        except ChildProcessError as error:
            print(error)
        workers.close()
        assert not children() and handles() == before
    """)
    assert told.startswith("a process that read a part of the source crashed (SIGSEGV): ")


def test_no_more_processes_or_pipes() -> None:
    run("""
        import errno, resource

        def serve(asked):
            return os.getpid() == HERE

        real, left = os.fork, [2]
        def fork():
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
            return real()
        os.fork = fork
        workers = Workers([serve] * 5)
        assert sorted(workers.ask(1)) == [False, False, True, True, True]
        workers.close()
        os.fork = real
        resource.setrlimit(resource.RLIMIT_NOFILE, (before + 7, before + 7))
        workers = Workers([serve] * 5)
        assert 0 < forks(workers) < 5
        assert len(workers.ask(1)) == 5
        workers.close()
        assert not children() and handles() == before
    """)


def test_a_process_with_threads_does_not_fork() -> None:
    run("""
        threading.Thread(target=time.sleep, args=(0.5,)).start()
        workers = Workers([lambda asked: os.getpid()] * 3)
        assert workers.ask(1) == [HERE] * 3
        workers.close()
    """)


def test_as_many_as_there_are_processors() -> None:
    run("""
        cpu = min(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpu})
        assert count_processors() == 1
        del os.sched_getaffinity
        assert count_processors() == os.cpu_count()
    """)


def test_who_ignores_its_children_or_handles_signals() -> None:
    run("""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: print("never in a fork"))
        workers = Workers([lambda asked: os.kill(os.getpid(), signal.SIGTERM)] * 2)
        for pid in children():
            os.kill(int(pid), signal.SIGTERM)
        workers.close()
        assert not children() and handles() == before
    """)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_outlives_who_asks(sent: signal.Signals, tmp_path: Path) -> None:
    script = """
        workers = Workers([lambda asked: time.sleep(asked)] * 3)
        print(*children(), flush=True)
        try:
            workers.ask(30 if sys.argv[1] == "2" else 1)
        finally:
            workers.close()
            assert not children()
    """
    asking = subprocess.Popen(
        [sys.executable, "-c", HEAD + dedent(script), str(int(sent))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with asking:
        assert asking.stdout is not None
        pids = [int(pid) for pid in asking.stdout.readline().split()]
        assert len(pids) == 3
        if sent is signal.SIGINT:
            os.killpg(asking.pid, sent)  # as a terminal does
        else:
            asking.kill()
        assert asking.wait(20) != 0
    for pid in pids:
        for _ in range(100):
            if not Path(f"/proc/{pid}").exists():
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{pid} is still there")
