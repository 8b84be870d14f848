"""A sound file to be copied and spoiled, and the means to run one check over a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import pytest
from check_runs import RunCheck, Spoil, copy_without, found_in, run_over, values_put_back
from ssc_like import write_sound_file


@pytest.fixture(scope="session")
def sound_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound file; not to be changed."""
    return write_sound_file(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def spoiled(sound_file: Path, tmp_path: Path) -> Callable[[Spoil], Path]:
    """A copy of the sound file and its videos, changed by a function of the open HDF5 file."""

    def copy(spoil: Spoil) -> Path:
        folder = tmp_path / sound_file.parent.name
        shutil.copytree(sound_file.parent, folder, dirs_exist_ok=True)
        with h5py.File(folder / sound_file.name, "r+") as file:
            spoil(file)
        return folder / sound_file.name

    return copy


@pytest.fixture(scope="module")
def opened_sound_file(sound_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[h5py.File, Any]]:
    """A copy of the sound file, open for changes, and the reader of it."""
    from pynwb import NWBHDF5IO

    copy = copy_without(sound_file, tmp_path_factory.mktemp("opened"))
    with h5py.File(copy, "r+") as file, NWBHDF5IO(file=file, mode="r+") as io:
        yield file, io


@pytest.fixture
def check_values(opened_sound_file: tuple[h5py.File, Any]) -> RunCheck:
    """The same as `run_check`, much sooner, for a `spoil` that changes nothing but values of data sets.

    The objects are made once: they show what is in their data sets at the moment.
    """
    file, io = opened_sound_file
    nwbfile = io.read()

    def run(check: Any, spoil: Spoil) -> list[str]:
        with values_put_back(file):
            spoil(file)
            return found_in(nwbfile, [check], io=io)[0]

    return run


@pytest.fixture
def run_check(spoiled: Callable[[Spoil], Path]) -> RunCheck:
    """Runs one check over a copy of the sound file that `spoil` has changed: `path: text` of every message."""

    def run(check: Any, spoil: Spoil = lambda _: None) -> list[str]:
        return run_over(check, spoiled(spoil))

    return run
