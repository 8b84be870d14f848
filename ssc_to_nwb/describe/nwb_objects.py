"""What an NWB file holds, by name and type: somebody who describes one has it in place of a session file of MATLAB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.describe.shown_text import Masking
from ssc_to_nwb.describe.variables import DAMAGE
from ssc_to_nwb.quantities import listed

if TYPE_CHECKING:
    import h5py

_SHOWN = 5
Objects = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Names by group and type; those of tables with the number of their rows."""


def nwb_objects(path: Path) -> Objects | None:
    """The objects of an NWB file, without those that are parts of others; None where it is none."""
    import h5py

    groups: dict[str, dict[str, tuple[str, ...]]] = {}
    try:
        with h5py.File(path, "r") as file:
            if "nwb_version" not in file.attrs:
                return None
            for group, kind, name in _below(file, "", Masking()):
                types = groups.setdefault(group, {})
                types[kind] = (*types.get(kind, ()), name)
    except DAMAGE:
        return None
    return groups


def _below(group: h5py.Group, path: str, masking: Masking) -> Iterator[tuple[str, str, str]]:
    import h5py

    for name, item in group.items():
        kind = item.attrs.get("neurodata_type")
        if kind in (None, "ProcessingModule") and isinstance(item, h5py.Group):
            yield from _below(item, f"{path}/{name}".strip("/"), masking)
        elif kind is not None:
            rows = f" with {len(item['id']):,} rows" if isinstance(item, h5py.Group) and "id" in item else ""
            yield path, str(kind), f"{masking.name(name)}{rows}"


def object_lines(objects: Objects) -> Iterator[str]:
    """A line for each type in each group, and where to read on."""
    for group, types in objects.items():
        for kind, names in types.items():
            yield f"{group}: {len(names)} {kind} ({listed(names, most=_SHOWN)})"
    yield "This is no session file of MATLAB, which `describe` is for: nothing is compared. --json has every object."
    yield "`ssc-to-nwb methods FILE` says what was recorded, `report` draws it, and `ledger` says where it is from."
