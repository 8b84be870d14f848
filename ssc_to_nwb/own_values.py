"""Whether an HDF5 file holds its values itself: an object of it may lead to the content of any other file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.problems.model import error

if TYPE_CHECKING:
    import h5py


def check_own_values(file: h5py.File, *, path: Path | str) -> None:
    """See that no value of a file lies in another one. Nothing of other files is read.

    path: how the file is called. Raises verify-values-elsewhere, and what h5py raises where the file is damaged.
    """
    for place, found in _values_elsewhere(file):
        raise error(kinds.VERIFY_VALUES_ELSEWHERE, file=path, field=place, expected="values in the file", found=found)


def place_of_values(dataset: h5py.Dataset) -> str | None:
    """Where the values of a dataset are, in words, if not in its own place in the file."""
    if dataset.external:
        return f"values in {dataset.external[0][0]}"
    return "a virtual dataset, whose values are those of other datasets" if dataset.is_virtual else None


def _values_elsewhere(file: h5py.File) -> Iterator[tuple[str, str]]:
    """Path of every object whose content lies in another file, and how.

    A soft link that leads out of the file leads through an external link, which is found.
    """
    import h5py

    links: dict[str, h5py.HardLink | h5py.SoftLink | h5py.ExternalLink] = {}
    file.visititems_links(lambda name, link: links.update({f"/{name}": link}))
    for path, link in links.items():
        if isinstance(link, h5py.ExternalLink):
            yield path, f"a link to {link.path} in {link.filename}"
        elif isinstance(link, h5py.HardLink):
            item = file[path]
            elsewhere = place_of_values(item) if isinstance(item, h5py.Dataset) else None
            if elsewhere is not None:
                yield path, elsewhere
