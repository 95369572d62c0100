"""Every use in made-up repositories is found at its line and column, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.corpus import Corpus, broken, write
from benchmarks.truth import compare

CORPORA = {
    "one rule": Corpus(files=60, lines=60, share=0.5, seed=1),
    "many rules": Corpus(files=200, lines=30, rules=200, share=0.6, seed=2),
    "odd files": Corpus(files=60, lines=60, rules=3, share=0.5, seed=3, odd=True),
    "large enough for two processes": Corpus(files=900, lines=20, rules=20, share=0.3, seed=4),
    "every file": Corpus(files=150, lines=40, rules=5, share=1.0, seed=5, odd=True),
}


@pytest.mark.parametrize("name", CORPORA)
def test_the_truth_is_found(name: str, tmp_path: Path) -> None:
    corpus = CORPORA[name]
    uses = write(tmp_path, corpus)
    compared = compare(tmp_path)
    assert (compared.missing, compared.extra) == ([], [])
    assert compared.found == len(set(uses))
    assert compared.unreadable == (broken() if corpus.odd else [])
