"""HDF5's own command line tools, as Debian packages them, read the files."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "open_in_tools.md"

pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("h5ls", "h5dump", "h5repack")),
    reason="HDF5's tools are not on this machine (Debian: hdf5-tools)",
)


def run(*command: object) -> str:
    """What a tool prints; it must not complain."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_h5ls_lists_every_object(expected: Any) -> None:
    paths: list[str] = []
    with h5py.File(expected.path) as file:
        file.visit(paths.append)
    listed = re.findall(r"^(/\S*)\s", run("h5ls", "-r", expected.path), flags=re.M)
    assert {f"/{path}" for path in paths} <= set(listed)


def test_h5dump_prints_numbers_and_texts(expected: Any) -> None:
    numbers = run("h5dump", "-y", "-d", "/intervals/trials/trial_number", expected.path)
    data = re.search(r"DATA \{(.*?)\}", numbers, flags=re.S)
    assert data is not None
    assert [int(number) for number in data[1].split(",")] == expected.trial_numbers
    types = run("h5dump", "-y", "-d", "/intervals/trials/trial_type", expected.path)
    assert re.findall(r'"(\w+)"', types.split("DATA {")[1].split("}")[0]) == expected.trial_types


def test_h5dump_reads_compressed_frames(expected: Any, tmp_path: Path) -> None:
    frames = tmp_path / "frames.bin"
    path = f"/acquisition/two_photon_series_{expected.plane}_green/data"
    run("h5dump", "-d", path, "-b", "LE", "-o", frames, expected.path)
    first = np.fromfile(frames, dtype="<u2", count=expected.frame.size)
    np.testing.assert_array_equal(first.reshape(expected.frame.shape[::-1]).T, expected.frame)


def test_the_page_s_line_makes_a_paged_file_one_for_old_hdf5(expected: Any, tmp_path: Path) -> None:
    paged, plain = tmp_path / "session.nwb", tmp_path / "session_hdf5_18.nwb"
    with h5py.File(expected.path) as file, h5py.File(paged, "w", fs_strategy="page", fs_page_size=2**20) as copy:
        for name in ("processing/ophys/DfOverF", "intervals"):
            file.copy(name, copy.require_group(name).parent, name=f"{name.rsplit('/')[-1]}_copy")
    assert superblock(paged) >= 2
    line = re.search(r"^h5repack .*$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert line is not None
    subprocess.run(shlex.split(line[0]), cwd=tmp_path, check=True)
    # The superblock of HDF5 1.8 and before.
    assert superblock(plain) == 0
    with h5py.File(plain) as file:
        dff = file[f"processing/ophys/DfOverF_copy/dff_{expected.plane}/data"][:, 0]
        np.testing.assert_array_equal(dff, expected.dff)


def superblock(path: Path) -> int:
    """Version of a file's superblock."""
    head = path.read_bytes()[:9]
    assert head[:8] == b"\x89HDF\r\n\x1a\n"
    return head[8]
