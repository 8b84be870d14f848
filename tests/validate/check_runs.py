"""Runs checks over a file."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py

if TYPE_CHECKING:
    from hdmf.backends.io import HDMFIO
    from pynwb import NWBFile

Spoil = Callable[[h5py.File], None]
RunCheck = Callable[..., list[str]]


def run_over(check: Any, path: Path) -> list[str]:
    """`path: text` of every message that a check has about a file."""
    return run_all_over([check], path)[0]


def run_all_over(checks: Sequence[Any], path: Path) -> list[list[str]]:
    """The same of several checks, check by check; the file is read once."""
    from ssc_to_nwb.reading.nwb_files import open_nwb

    with open_nwb(path) as io, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return found_in(io.read(), checks, io=io)


def found_in(nwbfile: NWBFile, checks: Sequence[Any], *, io: HDMFIO) -> list[list[str]]:
    """The same of a file that `io` has read."""
    from nwbinspector import run_checks

    from ssc_to_nwb.validate.one_file import path_in

    found: list[list[str]] = []
    for check in checks:
        objects = (
            one
            for one in nwbfile.objects.values()
            if check.neurodata_type is None or isinstance(one, check.neurodata_type)
        )
        messages = [(one, message) for one in objects if (message := check(one)) is not None]
        found.append([f"{path_in(io, one)}: {message.message}" for one, message in messages])
    assert len(list(run_checks(nwbfile=nwbfile, checks=list(checks)))) == sum(map(len, found))
    return found


@contextmanager
def values_put_back(file: h5py.File) -> Iterator[None]:
    """Whatever happens, the data sets of a file have their values again afterwards."""
    before: dict[str, Any] = {}

    def note(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith("specifications"):
            before[name] = item[()]

    file.visititems(note)
    try:
        yield
    finally:
        for name, values in before.items():
            file[name][()] = values


def copy_without(file: Path, folder: Path, *objects: str) -> Path:
    """A copy of a file and its videos in a folder, without some objects: the fewer there are, the sooner it is read."""
    copy = folder / file.parent.name / file.name
    shutil.copytree(file.parent, copy.parent)
    with h5py.File(copy, "r+") as opened:
        for place in objects:
            del opened[place]
    return copy
