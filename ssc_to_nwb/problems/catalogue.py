"""The kinds of problems, each under its identifier in capitals: `kinds.DISK_FULL`. Data types bring their own.

They are written in `areas/*.toml`: identifier, severity with the title, reason, remedy. Names in braces there are of
`remedies`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, cached_property
from importlib import resources
from typing import Any

import ssc_to_nwb.problems.remedies as remedies
from ssc_to_nwb.problems.model import ProblemKind, Severity

# In the order of the path that data take; those of the data types come in between.
FROM_SOURCE = ("mat", "source")
TO_ARCHIVE = (
    "raw", "metadata", "output", "verify", "restore", "export", "validate", "check", "run", "archive", "dandiset",
    "report",
)  # fmt: skip


@cache
def read_area(name: str) -> tuple[str, tuple[ProblemKind, ...]]:
    """The title of an area, and its kinds."""
    text = resources.files("ssc_to_nwb.problems").joinpath("areas", f"{name}.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(re.sub(r"\{([A-Z_]+)\}", lambda found: getattr(remedies, found[1]), text))
    title = entries.pop("area")
    return title, tuple(_kind(identifier, entry) for identifier, entry in entries.items())


def _kind(identifier: str, entry: dict[str, Any]) -> ProblemKind:
    severity = next(one for one in Severity if one.value in entry)
    return ProblemKind(
        identifier=identifier,
        severity=severity,
        title=entry[severity.value],
        reason=entry["reason"],
        remedy=entry["remedy"],
    )


class _Kinds:
    @cached_property
    def _by_name(self) -> dict[str, ProblemKind]:
        found = (kind for area in (*FROM_SOURCE, *TO_ARCHIVE) for kind in read_area(area)[1])
        return {kind.identifier.upper().replace("-", "_"): kind for kind in found}

    def __getattr__(self, name: str) -> ProblemKind:
        if name.startswith("_") or name not in self._by_name:
            raise AttributeError(f"no kind of problem is called {name}")
        return self._by_name[name]


kinds = _Kinds()
