"""HDF5 1.8, as in MATLAB before R2021b, reads the files: the library itself, called by its C functions."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import pytest
from test_open_in_tools import STORED, TOOLS, check

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "open_in_tools.md"

pytestmark = pytest.mark.long


def read_with_18(folder: Path, path: Path, plane: str) -> subprocess.CompletedProcess[str]:
    """What the library reads of a file, printed as JSON."""
    run = [sys.executable, TOOLS / "with_hdf5_18.py", folder, path, plane]
    return subprocess.run([str(part) for part in run], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_library_reads_the_file(size: str, request: pytest.FixtureRequest, expected: Any, hdf5_18: Path) -> None:
    path = expected.path if size == "small" else request.getfixturevalue("large")
    run = read_with_18(hdf5_18, path, expected.plane)
    assert run.returncode == 0, run.stderr[-2000:]
    found = json.loads(run.stdout)
    assert found["version"] == "1.8.18"
    check(found, expected, *STORED)


@pytest.mark.skipif(shutil.which("h5repack") is None, reason="HDF5's tools are not on this machine")
def test_the_page_s_line_makes_a_paged_file_one_for_old_hdf5(expected: Any, hdf5_18: Path, tmp_path: Path) -> None:
    with h5py.File(expected.path) as file, h5py.File(
        tmp_path / "session.nwb", "w", fs_strategy="page", fs_page_size=2**20
    ) as paged:  # fmt: skip
        for name in file:
            file.copy(name, paged)
    assert read_with_18(hdf5_18, tmp_path / "session.nwb", expected.plane).returncode != 0

    line = re.search(r"^h5repack .*$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert line is not None
    subprocess.run(shlex.split(line[0]), cwd=tmp_path, check=True)

    run = read_with_18(hdf5_18, tmp_path / "session_hdf5_18.nwb", expected.plane)
    assert run.returncode == 0, run.stderr[-2000:]
    check(json.loads(run.stdout), expected, *STORED)
