"""HDF5 files as such: whether a file holds its values itself, and what is wrong with one that cannot be opened."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import bytes_text

if TYPE_CHECKING:
    import h5py


class Linked(NamedTuple):
    """An object by its path in a file: the address of what is there, and h5py's identifier of it; of a link neither."""

    address: int
    opened: h5py.h5g.GroupID | h5py.h5d.DatasetID | h5py.h5t.TypeID | None


def own_objects(file: h5py.File, *, path: Path | str) -> dict[str, Linked]:
    """Every object of a file by its path, once it is seen that no value lies in another file. Nothing of those is read.

    path: how the file is called. Raises verify-values-elsewhere, and what h5py raises where the file is damaged.
    """
    import h5py

    objects: dict[str, Linked] = {}
    elsewhere: list[tuple[str, str]] = []

    # A soft link that leads out of the file leads through an external link, which is found. h5py's objects cost several
    # times what there is to look at: the identifiers below them do.
    def look(name: bytes, info: h5py.h5l.LinkInfo) -> None:
        place = f"/{name.decode()}"
        if info.type == h5py.h5l.TYPE_EXTERNAL:
            target = file.get(place, getlink=True)
            elsewhere.append((place, f"a link to {target.path} in {target.filename}"))
        elif info.type == h5py.h5l.TYPE_HARD:
            opened = h5py.h5o.open(file.id, name)
            objects[place] = Linked(address=info.u, opened=opened)
            if isinstance(opened, h5py.h5d.DatasetID):
                created = opened.get_create_plist()
                if created.get_layout() == h5py.h5d.VIRTUAL or created.get_external_count():
                    elsewhere.append((place, place_of_values(file[place]) or "values elsewhere"))
        else:
            objects[place] = Linked(address=0, opened=None)

    file.id.links.visit(look, info=True)
    for place, where in elsewhere:
        raise error(kinds.VERIFY_VALUES_ELSEWHERE, file=path, field=place, expected="values in the file", found=where)
    return objects


def place_of_values(dataset: h5py.Dataset) -> str | None:
    """Where the values of a dataset are, in words, if not in its own place in the file."""
    if dataset.external:
        return f"values in {dataset.external[0][0]}"
    return "a virtual dataset, whose values are those of other datasets" if dataset.is_virtual else None


def hdf5_fault(failure: BaseException) -> str:
    """HDF5's own words, but for the two usual faults: a file of another kind, and one that was cut short."""
    said = str(failure)
    if "file signature not found" in said:
        return "a file of another kind: it has no HDF5 signature"
    cut = re.search(r"truncated file: eof = (\d+), .*stored_eof = (\d+)", said)
    if cut is not None:
        return f"only the first {bytes_text(int(cut[1]))} of {bytes_text(int(cut[2]))}"
    return said
