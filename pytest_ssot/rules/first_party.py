"""First-party code: what a user of this project can change."""

from __future__ import annotations

from pathlib import Path

from pytest_ssot.files import find_standard_library, relative
from pytest_ssot.patterns import importer_matches

_INSTALLED = frozenset(("site-packages", "dist-packages"))


class FirstParty:
    """*entries* are packages and folders; none means all under *root* that is not installed."""

    def __init__(self, root: Path, entries: tuple[str, ...]) -> None:
        self.root = root
        self._entries = tuple(entry.rstrip("/") for entry in entries)
        self._known: dict[tuple[str, str], bool] = {}

    def owns(self, path: str, module: str) -> bool:
        """Whether the code in the file *path*, loaded as *module*, is ours."""
        key = (path, module)
        if key not in self._known:
            self._known[key] = self._decide_owned(path, module)
        return self._known[key]

    def _decide_owned(self, path: str, module: str) -> bool:
        shown = relative(path, self.root)
        inside = not (shown.startswith("../") or Path(shown).is_absolute())
        # The interpreter may lie under the root: a venv, a build.
        standard = path.startswith(find_standard_library())
        installed = standard or not _INSTALLED.isdisjoint(Path(shown).parts)
        if self._entries:
            as_folders = inside and importer_matches(
                shown, "", [entry if "/" in entry else f"{entry}/" for entry in self._entries]
            )
            as_packages = importer_matches("", module, [e for e in self._entries if "/" not in e])
            return as_packages or (as_folders and not installed)
        return inside and not installed
