from pathlib import Path

import pytest

#: They ask for the fixture ``ssot``.
NEED_SSOT = {"test_reach.py", "test_shared_state.py"}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path.name in NEED_SSOT and not config.pluginmanager.hasplugin("ssot"):
        return True
    return None
