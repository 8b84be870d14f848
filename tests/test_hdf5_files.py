"""Nothing that reads a finished NWB file follows it into another file; what is wrong with one that cannot be opened."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from moved_values import moved_out

from ssc_to_nwb.api.reporting import open_session, report
from ssc_to_nwb.api.restoring import restore
from ssc_to_nwb.api.verification import content_digest
from ssc_to_nwb.hdf5_files import hdf5_fault
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.validate.run import validate_unless_recorded

VALUES = "/processing/behavior/whisker_angle_c2/data"


@pytest.fixture(params=["external storage", "virtual", "link", "soft link"])
def leading_out(request: pytest.FixtureRequest, converted_default: object, tmp_path: Path) -> Path:
    """A converted file in a folder as DANDI has it, one of whose objects leads into another file."""
    converted = converted_default.outcome.output  # type: ignore[attr-defined]
    folder = tmp_path / converted.parent.name
    folder.mkdir()
    path = Path(shutil.copy(converted, folder))
    with h5py.File(path, "r+") as file:
        moved_out(request.param, VALUES, tmp_path)(file)
    return path


def _opened(path: Path, _: Path) -> None:
    with open_session(path):
        pass


@pytest.mark.parametrize(
    "read",
    [
        _opened,
        lambda path, folder: report(files=[path], output=folder / "report"),
        lambda path, folder: restore(file=path, output=folder / "s.mat"),
        lambda path, _: content_digest(file=path),
    ],
    ids=["open_session", "report", "restore", "digest"],
)
def test_it_is_refused_by_whatever_reads_it(
    leading_out: Path, tmp_path: Path, read: Callable[[Path, Path], object]
) -> None:
    with pytest.raises(SscError) as refused:
        read(leading_out, tmp_path)
    problem = refused.value.problem
    assert (problem.kind.identifier, problem.file) == ("verify-values-elsewhere", str(leading_out))
    assert problem.field in (VALUES, "/out")


def test_to_validate_it_is_an_error_and_nothing_more_is_read(leading_out: Path) -> None:
    """So that it is not uploaded either."""
    messages = [one for one in validate_unless_recorded(leading_out) if one.severity.value == "error"]
    assert [(one.identifier, one.object_path in (VALUES, "/out")) for one in messages] == [
        ("verify-values-elsewhere", True)
    ]


def fault_of(path: Path) -> str:
    with pytest.raises(OSError) as caught:
        h5py.File(path, "r")
    return hdf5_fault(caught.value)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "text.nwb"
    path.write_text("no HDF5")
    assert fault_of(path) == "a file of another kind: it has no HDF5 signature"


def test_a_file_that_was_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "cut.nwb"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(100_000)
    whole = path.read_bytes()
    path.write_bytes(whole[:200_000])
    assert fault_of(path) == "only the first 200.0 kB of 802.0 kB"


def test_anything_else_is_in_the_words_of_hdf5() -> None:
    assert hdf5_fault(OSError("Unable to open file (Resource temporarily unavailable)")).startswith("Unable to open")
