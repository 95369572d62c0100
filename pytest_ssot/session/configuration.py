"""What holds for a run of tests: its configuration, and the violations that are known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_ssot.config.options import OPTIONS
from pytest_ssot.errors import UsageError
from pytest_ssot.policy.baseline.ratchet import Baseline
from pytest_ssot.rules.configured import Configured, load_configured
from pytest_ssot.session.session_report import find_typed_folder


def load_configuration(
    config: pytest.Config, extra: Sequence[tuple[str, object]] = ()
) -> Configured:
    """Load the configuration that pytest's own, and the project's, add up to."""
    given = config.known_args_namespace
    flags = {option.name: getattr(given, option.ini, None) for option in OPTIONS if option.flag}
    ini = {option.name: _read_ini(config, option.ini) for option in OPTIONS}
    try:
        found = load_configured(config.rootpath, ini, flags, extra)
        if not extra and (found.rules.single or found.rules.factories):  # hooks give none
            from pytest_ssot.policy.rules.check_homes import check_homes

            check_homes(found, installed=True)
        return found
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def load_baseline(config: pytest.Config, configured: Configured) -> Baseline:
    """Load the known violations; none where nothing says that there are any."""
    typed = find_typed_folder(config, "ssot_baseline")
    path = configured.settings.baseline_path(typed)
    if typed is None and not path.exists():
        return Baseline()
    from pytest_ssot.policy.baseline.load_baseline import load_baseline

    try:
        return load_baseline(configured, path, required=typed is not None)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _read_ini(config: pytest.Config, name: str) -> object:
    """Read the raw value; what pytest refuses is told with all other mistakes."""
    try:
        return config.getini(name)
    except (ValueError, TypeError, pytest.UsageError) as error:
        return error
