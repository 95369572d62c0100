"""Whoever writes the baseline may be killed at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from pytest_ssot.policy.baseline.baseline_file import read_entries, render_entries, write_entries
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey

#: The two baselines that are written in turns: long, so that there is something to tear.
WRITER = """
import sys
from pathlib import Path
from pytest_ssot.policy.baseline.baseline_file import write
from pytest_ssot.policy.baseline.entries import Entry, Key

path = Path(sys.argv[1])
both = [[Entry(Key(f"app/{n:05}.py", rule, None), 1) for n in range(2000)] for rule in "ab"]
print(flush=True)
while True:
    for entries in both:
        write(path, path.name, entries)
"""
KILLS = 50


def whole(rule: str) -> str:
    return render_entries(
        [BaselineEntry(EntryKey(f"app/{n:05}.py", rule, None), 1) for n in range(2000)]
    )


def left_behind(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.name != "b.json"]


@pytest.mark.process
def test_the_old_or_the_new_one_is_there_whole(tmp_path: Path) -> None:
    path, chance = tmp_path / "b.json", Random(4)
    write_entries(path, path.name, [])
    known = {whole("a"), whole("b"), render_entries([])}
    for _ in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        with writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.05))
            writer.kill()
        assert path.read_text("utf-8") in known
        read_entries(path, path.name)
    left = left_behind(tmp_path)
    assert len(left) <= KILLS
    write_entries(path, path.name, [])
    assert left_behind(tmp_path) == left, "their writers might be at work yet"
    for one in left:
        os.utime(one, (0, 0))
    other = tmp_path / ".b.json.of-a-user"
    other.touch()
    os.utime(other, (0, 0))
    write_entries(path, path.name, [])
    assert left_behind(tmp_path) == [other]
