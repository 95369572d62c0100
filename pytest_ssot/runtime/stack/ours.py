"""Which code is first-party, as far as the watch has to know: it decides who the importer is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from pytest_ssot.rules.first_party import FirstParty

from pytest_ssot.runtime.stack.frames import find_file_and_offset, module_of


class Ours:
    """Knows first-party frames. *root* and *entries* are those of the settings.

    It is asked where code answers for a name, which few runs have: what answers is loaded then.
    """

    def __init__(self, root: str, entries: tuple[str, ...]) -> None:
        self.root = root
        self.entries = entries
        self._first_party: FirstParty | None = None

    def has(self, frame: FrameType) -> bool:
        """Whether the code of *frame* is ours."""
        if self._first_party is None:
            from pathlib import Path

            from pytest_ssot.rules.first_party import FirstParty

            self._first_party = FirstParty(Path(self.root), self.entries)
        return self._first_party.owns(find_file_and_offset(frame)[0], module_of(frame))
