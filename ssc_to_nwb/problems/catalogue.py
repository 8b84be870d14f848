"""The kinds of problems, each under its identifier in capitals: `kinds.DISK_FULL`.

They are written in `areas/*.toml`, and in `problems.toml` of each data type: identifier, severity with the title,
reason, remedy. Names in braces there are of `remedies.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, TypeAlias

from ssc_to_nwb.problems.model import ProblemKind, Severity

Area: TypeAlias = tuple[str, tuple[ProblemKind, ...]]
"""A title, and the kinds."""
# In the order of the path that data take; those of the data types come in between.
FROM_SOURCE = ("mat", "source")
TO_ARCHIVE = (
    "raw", "metadata", "output", "verify", "restore", "export", "validate", "check", "run", "archive", "dandiset",
    "report",
)  # fmt: skip


@cache
def read_area(name: str) -> Area:
    """One of the areas that are of no data type."""
    return _read(_text_of("areas", f"{name}.toml"))


@cache
def _text_of(*place: str) -> str:
    return resources.files("ssc_to_nwb.problems").joinpath(*place).read_text(encoding="utf-8")


@cache
def _remedies() -> dict[str, str]:
    return tomllib.loads(_text_of("remedies.toml"))


@cache
def area_of(package: str) -> Area | None:
    """The area of a data type, by the name of its package; None where it has no kinds of its own."""
    file = resources.files(package).joinpath("problems.toml")
    return _read(file.read_text(encoding="utf-8")) if file.is_file() else None


_packages: list[Callable[[], Iterable[str]]] = []


def take_tables_of(packages: Callable[[], Iterable[str]]) -> None:
    """Have the tables of these packages too, by their names; the registry of data types calls it."""
    _packages.append(packages)


def areas_of_types() -> Iterator[Area]:
    """The areas of the data types, in their order."""
    return (area for names in _packages for name in names() if (area := area_of(name)) is not None)


def _read(text: str) -> Area:
    entries = tomllib.loads(re.sub(r"\{([A-Z_]+)\}", lambda found: _remedies()[found[1]], text))
    title = entries.pop("area")
    return title, tuple(_kind(identifier, entry) for identifier, entry in entries.items())


def _kind(identifier: str, entry: dict[str, Any]) -> ProblemKind:
    severity = next(one for one in Severity if one.value in entry)
    return ProblemKind(identifier=identifier, severity=severity, title=entry.pop(severity.value), **entry)


@cache
def _of_no_type(identifier: str) -> tuple[ProblemKind, ...]:
    """The kind of this name, unless a data type has it. Few are asked for: only tables that have one are parsed."""
    areas = (one for one in (*FROM_SOURCE, *TO_ARCHIVE) if f"[{identifier}]" in _text_of("areas", f"{one}.toml"))
    return tuple(kind for one in areas for kind in read_area(one)[1] if kind.identifier == identifier)


class _Kinds:
    def __getattr__(self, name: str) -> ProblemKind:
        identifier = name.lower().replace("_", "-")
        for kind in chain(_of_no_type(identifier), (kind for _, found in areas_of_types() for kind in found)):
            if kind.identifier == identifier and name.isupper():
                return kind
        raise AttributeError(f"no kind of problem is called {name}")


kinds = _Kinds()
