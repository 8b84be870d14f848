"""A sound file to be copied and spoiled, and the means to run one check over a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest
from ssc_like import write_sound_file

Spoil = Callable[[h5py.File], None]
RunCheck = Callable[..., list[str]]


@pytest.fixture(scope="session")
def sound_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound file; not to be changed."""
    return write_sound_file(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def spoiled(sound_file: Path, tmp_path: Path) -> Callable[[Spoil], Path]:
    """A copy of the sound file and its films, changed by a function of the open HDF5 file."""

    def copy(spoil: Spoil) -> Path:
        folder = tmp_path / sound_file.parent.name
        shutil.copytree(sound_file.parent, folder, dirs_exist_ok=True)
        with h5py.File(folder / sound_file.name, "r+") as file:
            spoil(file)
        return folder / sound_file.name

    return copy


@pytest.fixture
def run_check(spoiled: Callable[[Spoil], Path]) -> RunCheck:
    """Runs one check over a copy of the sound file that `spoil` has changed: `path: text` of every message."""

    def run(check: Any, spoil: Spoil = lambda _: None) -> list[str]:
        return run_over(check, spoiled(spoil))

    return run


def run_over(check: Any, path: Path) -> list[str]:
    """`path: text` of every message that a check has about a file."""
    from nwbinspector import run_checks

    from ssc_to_nwb.validate.nwb_files import open_nwb
    from ssc_to_nwb.validate.object_paths import path_finder

    with open_nwb(path) as io:
        nwbfile = io.read()
        path_of = path_finder(io)
        kinds = {obj.object_id: obj for obj in nwbfile.objects.values()}
        found = []
        for neurodata_object in kinds.values():
            if check.neurodata_type is None or isinstance(neurodata_object, check.neurodata_type):
                message = check(neurodata_object)
                if message is not None:
                    found.append(f"{path_of(neurodata_object)}: {message.message}")
        assert len(list(run_checks(nwbfile=nwbfile, checks=[check]))) == len(found)
    return found
