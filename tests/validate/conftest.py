"""A sound file to be copied and spoiled, and the means to run one check over a file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest
from check_runs import RunCheck, Spoil, run_over
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


@pytest.fixture
def run_check(spoiled: Callable[[Spoil], Path]) -> RunCheck:
    """Runs one check over a copy of the sound file that `spoil` has changed: `path: text` of every message."""

    def run(check: Any, spoil: Spoil = lambda _: None) -> list[str]:
        return run_over(check, spoiled(spoil))

    return run
