"""All checks of this project, as they are run by `validate`."""

from __future__ import annotations

from types import ModuleType

from ssc_to_nwb.validate import (
    checks_ophys,
    checks_storage,
    checks_tables,
    checks_text,
    checks_time,
    checks_trial_types,
    checks_trials,
)
from ssc_to_nwb.validate.project_check import Check, kind_of

_MODULES: tuple[ModuleType, ...] = (
    checks_time,
    checks_trials,
    checks_trial_types,
    checks_tables,
    checks_ophys,
    checks_text,
    checks_storage,
)


def project_checks() -> tuple[Check, ...]:
    """The checks in the order of their modules, each once."""
    found = {name: value for module in _MODULES for name, value in vars(module).items() if kind_of(value)}
    return tuple(found.values())
