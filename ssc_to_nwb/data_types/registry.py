"""The data types, in the order in which they are written; one of one's own is added by `register_data_type`.

A data type is a package. What it has something to say about is in modules of fixed names, of which it may lack some:

`source.py`     what it is in the session struct: `claimed_kinds`, `read_array`; what of it deserves a warning though it
                is kept as it is: `report_unusual`; its raw files, those that cannot be used logged: `read_files`; what
                may be shown of its texts when a file is described: `WORDS`, `NAMES`
`layout.py`     where it is in the NWB file: `objects`, `labelled_clocks`; what it says of
                each trial: `trial_columns`; what becomes of its fields in the source: `RULES`; which files beside the
                session file are its own, and what becomes of them: `place_files`, `ROLE`, `RAW_RULES`, `LEAVES_OUT`,
                `plane_entries`, `session_entries`
`interface.py`  how it gets there, where the values that the layout declares need more: `add`
`restore.py`    how it comes back: `RESTORES`; the claims whose fields are as long as their object, or as each of its
                columns: `AS_LONG`, `AS_LONG_AS_COLUMNS`
`follows.py`    what follows from the rest of the file: `FOLLOWS`
`proof.py`      how what came from such files is compared with them, read in another way: `CHECKS`
`problems.toml` what can go wrong with it: its kinds of problems, and `area`, their heading; the code has them as
                `kinds.NAME`, of `ssc_to_nwb.problems`, like all others

Modules are imported when they are asked for: the way back never loads the way there, and planning loads no pynwb.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.problems.catalogue import (
    FROM_SOURCE,
    TO_ARCHIVE,
    Area,
    area_of,
    areas_of_types,
    read_area,
    take_tables_of,
)

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.rule import Rule


@dataclass(frozen=True, slots=True)
class DataType:
    """One data type, by the name of its package."""

    package: str

    @property
    def name(self) -> str:
        """The package's own name."""
        return self.package.rpartition(".")[2]

    def module(self, name: str) -> ModuleType | None:
        """One of its modules, None where it has none of this name."""
        whole = f"{self.package}.{name}"
        return import_module(whole) if whole in sys.modules or _is_there(whole) else None

    def get(self, module: str, name: str) -> Any:
        """What one of its modules has under a name, None where it has none."""
        return getattr(self.module(module), name, None)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its claims."""
        return tuple(self.get("layout", "RULES") or ())

    @property
    def restores(self) -> Mapping[str, Any]:
        """Its ways back, by the identifiers of its claims."""
        return self.get("restore", "RESTORES") or {}


@cache
def _is_there(module: str) -> bool:
    return find_spec(module) is not None


def _own(*names: str) -> tuple[DataType, ...]:
    return tuple(DataType(f"{__package__}.{name}") for name in names)


# Trial numbers link to the time stamps of what is written before them; a user's own data types come in between.
_FIRST = _own("session", "whisker", "subvolumes", "rois", "roi_traces")
_registered: list[DataType] = []
_THEN = _own(
    "trial_labels", "events", "trials", "imaging_stacks", "side_images", "registration", "whisker_videos", "arrays",
    "source_struct",
)  # fmt: skip


def data_types() -> tuple[DataType, ...]:
    """All data types in their order."""
    return (*_FIRST, *_registered, *_THEN)


take_tables_of(lambda: (one.package for one in data_types()))


def all_areas() -> Iterator[Area]:
    """Every area of kinds of problems, those of the data types among them, in the order of the path that data take."""
    return chain(map(read_area, FROM_SOURCE), areas_of_types(), map(read_area, TO_ARCHIVE))


def registered_packages() -> tuple[str, ...]:
    """Names of the packages of a user's own data types."""
    return tuple(one.package for one in _registered)


@contextmanager
def registered(packages: Iterable[str]) -> Iterator[None]:
    """Have these data types registered for the time of the block, as a worker does that got a job from elsewhere.

    Raises ValueError as `register_data_type` does.
    """
    added = [register_data_type(one).package for one in packages if one not in registered_packages()]
    try:
        yield
    finally:
        for one in added:
            unregister_data_type(one)


def having(module: str, name: str) -> Iterator[tuple[DataType, Any]]:
    """The data types that have something under this name in this module, with what it is."""
    for data_type in data_types():
        found = data_type.get(module, name)
        if found is not None:
            yield data_type, found


def register_data_type(package: str) -> DataType:
    """Add a data type of one's own, until `unregister_data_type`, in this process and in the workers of its runs.

    Parameters
    ----------
    package : str
        Name of a package that can be imported, here and by the workers, such as `my_lab.running_speed`.

    Returns
    -------
    DataType
        The data type.

    Raises
    ------
    ValueError
        Where the package cannot be imported, is registered already, has a claim without a way back, or an identifier,
        of a claim or of a kind of problem, that is there already.
    """
    data_type = DataType(package)
    if data_type in data_types():
        raise ValueError(f"data type {package} is registered already")
    if find_spec(package) is None:
        raise ValueError(f"data type {package}: there is no package of this name")
    _is_there.cache_clear()
    area_of.cache_clear()
    # Its modules may name its kinds of problems.
    _registered.append(data_type)
    try:
        _check_claims(data_type)
        _check_problems(data_type)
    except BaseException:
        _registered.remove(data_type)
        raise
    return data_type


def unregister_data_type(package: str) -> None:
    """Take back `register_data_type`.

    Parameters
    ----------
    package : str
        As it was registered.

    Raises
    ------
    ValueError
        Where it is not registered.
    """
    _registered.remove(DataType(package))


def _check_claims(data_type: DataType) -> None:
    others = {rule.identifier: other.name for other in data_types() if other != data_type for rule in other.rules}
    restores = data_type.restores
    for rule in data_type.rules:
        if rule.identifier in others:
            raise ValueError(
                f"data types {others[rule.identifier]} and {data_type.name} both claim {rule.identifier!r}"
            )
        if rule.needs_restore and rule.identifier not in restores:
            raise ValueError(
                f"data type {data_type.name} has no way back for its claim {rule.identifier!r}: add it to RESTORES in "
                f"{data_type.package}.restore, or claim the fields as kept"
            )


def _check_problems(data_type: DataType) -> None:
    """What the code raises and `explain` shows is found by identifier, and an area by its heading."""
    area = area_of(data_type.package)
    if area is None:
        return
    counts = Counter(word for title, kinds in all_areas() for word in (title, *(kind.identifier for kind in kinds)))
    for word in (area[0], *(kind.identifier for kind in area[1])):
        if counts[word] > 1:
            raise ValueError(f"data type {data_type.name}: {word!r} in its problems.toml is there already")
