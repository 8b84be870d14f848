"""Ways to damage the copy of the schema in a finished file."""

from __future__ import annotations

import h5py


def schema_removed(file: h5py.File) -> None:
    """One file of the schema's copy less."""
    del _core(file)["nwb.ophys"]


def schema_cut_short(file: h5py.File) -> None:
    """One file of the schema's copy ends too early."""
    text = _core(file)["nwb.ophys"].asstr()[()]
    _core(file)["nwb.ophys"][()] = text[:-5]


def schema_elsewhere(file: h5py.File) -> None:
    """The file names another group as the copy of its schema."""
    file.attrs[".specloc"] = file["/general"].ref


def _core(file: h5py.File) -> h5py.Group:
    return next(iter(file["/specifications/core"].values()))
