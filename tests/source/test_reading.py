"""What is read is what Python reads; the oracle is its own parser, given the bytes."""

from __future__ import annotations

import ast
import codecs
import os
import socket
import stat
import warnings
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_ssot.source.text.reading import (
    Unreadable,
    decode_source,
    is_script,
    read_bytes,
    read_script,
    salvage_text,
)

COOKIES = [
    b"# -*- coding: latin-1 -*-",
    b"# coding=utf-8-unix",
    b"# coding: utf8",
    b"# vim: set fileencoding=cp1252 :",
    b"\f# coding:iso_8859_1-dos",
    b"#coding: foo",
    b"# coding: rot13",
    b"# coding: utf-7",
    b"# coding: utf-8-sig",
    b"# coding: unicode_escape",
    b"# coding: undefined",
    b"#",
    b"",
    b"\f",
    b"import c",
]
LINES = st.one_of(
    st.sampled_from(COOKIES),
    st.sampled_from(
        [b"x = 1", b"\fimport a", b'x = "\xe9"', b'"\xc3\xa9"', b"'''", b"\0", b"y = (", b")"]
    ),
    st.binary(max_size=4),
)


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    mark = draw(st.sampled_from([b"", b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE]))
    ends = st.sampled_from([b"\n", b"\r\n", b"\r"])
    return mark + b"".join(draw(LINES) + draw(ends) for _ in range(draw(st.integers(0, 5))))


def positions(source: bytes | str) -> list[tuple[str, int, int]] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return None
    return [
        (type(node).__name__, node.lineno, node.col_offset)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt | ast.expr)
    ]


@given(sources())
@example(b"# coding: utf-8\r# coding: foo\r\nimport a\r")
@example(codecs.BOM_UTF8 + b"# coding: utf8\nimport a\n")
@example(b"x = '''\r\r\n\r'''; y\r")
@example(b"import a  # \xe9\n")
@example(b"\n\n# coding: foo\nimport a\n")
def test_the_text_is_what_python_parses(data: bytes) -> None:
    expected = positions(data)
    try:
        text = decode_source(data)
    except Unreadable:
        assert expected is None
    else:
        assert positions(text) == expected
        assert "\r" not in text


@given(sources())
def test_what_is_salvaged_has_the_lines_and_encodes(data: bytes) -> None:
    text = salvage_text(data)
    text.encode()
    assert "\0" not in text
    try:
        expected = decode_source(data)
    except Unreadable:
        return
    assert text == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"# coding: foo\n", "unknown encoding in line 1: foo"),
        (b"#!/usr/bin/python\n# coding: rot13\n", "unknown encoding in line 2: rot13"),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "encoding iso-8859-1 in line 1 after"),
        ("x = 1\n".encode("utf-16"), "UTF-16, which Python does not read"),
        ("x = 1\n".encode("utf-32"), "UTF-32, which Python does not read"),
        (b"a\r\nb\rc\xe9\n", "not UTF-8 in line 3: byte 0xe9"),
        (b"# coding: ascii\n\xe9\n", "not ASCII in line 2: byte 0xe9"),
        (b"a\r\n\r\n\0", "NUL byte in line 3"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        decode_source(data)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"import a\nx = '\xe9'\r\nimport b\0\r", "import a\nx = '\ufffd'\nimport b \n"),
        ("import a\r\nimport b\n".encode("utf-16"), "import a\nimport b\n"),
        (b"# coding: foo\nx = '\xe9'\n", "# coding: foo\nx = '\ufffd'\n"),
        (b"# coding: cp1252\nx = '\x80\x81'\n", "# coding: cp1252\nx = '\u20ac\ufffd'\n"),
    ],
)
def test_an_unreadable_file_keeps_its_lines(data: bytes, text: str) -> None:
    assert salvage_text(data) == text


@pytest.mark.parametrize(
    "line",
    [
        b"#!/usr/bin/python",
        b"#! /usr/bin/python3.13 -u\n",
        b"#!python",
        b"#!/usr/bin/env python3\r\nimport a",
        b"#!/usr/bin/env python3 -u\n",
        b"#!/usr/bin/env -S python3 -u\n",
        b"#!/usr/bin/env -Spython3 -u\n",
        b"#!/usr/bin/env -S -i A=b python\n",
        b"#!/usr/bin/env -S /opt/x/bin/pythonw\n",
        b"#!/opt/my-env/bin/python\n",
        b"#!/usr/bin/env -iS python3\n",
        b"#!/usr/bin/env -S -u PYTHONPATH python3\n",
    ],
)
def test_a_script_is_told_by_its_interpreter(line: bytes) -> None:
    assert is_script(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"import python",
        b"# /usr/bin/python",
        b"#!/bin/sh\n# python",
        b"#!/opt/python/bin/bash\n",
        b"#!/usr/bin/env bash python\n",
        b"#!/usr/bin/env -S PATH=/opt/python bash\n",
        b"#!/usr/bin/env -S -u PYTHONPATH bash\n",
        b"#!/bin/sh -c python\n",
        b" #!/usr/bin/python",
    ],
)
def test_no_other_is(line: bytes) -> None:
    assert not is_script(line)


def test_a_file_is_read_whole_whatever_its_size(tmp_path: Path) -> None:
    for size in (0, 1, 10_000_000):
        path = tmp_path / f"{size}.py"
        path.write_bytes(b"#" * size)
        assert read_bytes(str(path)) == b"#" * size


def test_a_script_is_read_whole_and_nothing_else(tmp_path: Path) -> None:
    script, other = tmp_path / "script", tmp_path / "other"
    script.write_bytes(b"#!/usr/bin/python\n" + b"import a\n" * 1000)
    other.write_bytes(b"import a\n" * 1000)
    assert read_script(str(script)) == script.read_bytes()
    assert read_script(str(other)) is None


@pytest.mark.parametrize("reader", [read_bytes, read_script])
def test_what_is_no_file_is_said_and_never_waited_for(reader, tmp_path: Path) -> None:
    fifo, link, folder = tmp_path / "fifo", tmp_path / "link", tmp_path / "folder"
    folder.mkdir()
    link.symlink_to(folder)
    os.mkfifo(fifo)
    huge = tmp_path / "huge"
    with huge.open("wb") as stream:
        stream.truncate(10**12)
    expected = {
        "gone": "is gone",
        "fifo": "is a pipe",
        "folder": "is a folder",
        "link": "is a link",
        "huge": "is too large: 1,000,000,000,000 bytes",
        "link/gone": "is gone",
        "a\0b": "may not be read",
        "x" * 300: "may not be read: File name too long",
    }
    for name, words in expected.items():
        with pytest.raises(Unreadable, match=words):
            reader(f"{tmp_path}/{name}")
    with pytest.raises(Unreadable, match="is a device"):
        reader("/dev/null")


def test_a_socket_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket.py")
        with pytest.raises(Unreadable, match="is a socket"):
            read_bytes("socket.py")


def test_no_permission_is_said(tmp_path: Path) -> None:
    path = tmp_path / "secret.py"
    path.write_text("import a\n")
    path.chmod(0)
    try:
        allowed = path.read_bytes()
    except PermissionError:
        with pytest.raises(Unreadable, match="no permission"):
            read_bytes(str(path))
    else:  # the superuser may
        assert read_bytes(str(path)) == allowed
    assert stat.S_IMODE(path.stat().st_mode) == 0
