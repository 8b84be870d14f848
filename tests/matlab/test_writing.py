"""The format that a file is written in, and that it is whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import AWKWARD, problem_raised
from matlab_forms import assert_equal_values

from ssc_to_nwb.matlab import write_mat5 as mat5
from ssc_to_nwb.matlab.mat_file import MatFormat, read_mat, read_session_struct, write_mat
from ssc_to_nwb.matlab.tree import MatStruct, MatUnsupported
from ssc_to_nwb.testing.dataset import write_session

TREE = MatStruct(fields={"name": "an1", "values": np.full((20, 20), 0.5)})
START = {"5": b"MATLAB 5.0", "7.3": b"MATLAB 7.3"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "session.mat"


@pytest.fixture
def format_5_holds_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mat5, "LARGEST_VARIABLE_BYTES", 1000)


def assert_is(path: Path, file_format: str) -> None:
    assert path.read_bytes().startswith(START[file_format])
    values = read_mat(path)["s"]
    assert isinstance(values, MatStruct)
    np.testing.assert_array_equal(values.fields["values"], np.full((20, 20), 0.5))
    assert list(path.parent.iterdir()) == [path]


def test_format_5_is_the_default(path: Path) -> None:
    assert write_mat(path, variables={"s": TREE}) == "5"
    assert_is(path, "5")


def test_the_format_asked_for_is_written(path: Path) -> None:
    assert write_mat(path, variables={"s": TREE}, file_format="7.3") == "7.3"
    assert_is(path, "7.3")


@pytest.mark.parametrize("file_format", ["5", "7.3"])
def test_the_struct_of_a_session_comes_back(path: Path, tmp_path: Path, file_format: MatFormat) -> None:
    made = write_session(root=tmp_path, spec=AWKWARD, raw=False, videos=False)
    tree = read_session_struct(made.mat_path).tree
    assert write_mat(path, variables={"s": tree}, file_format=file_format) == file_format
    assert_equal_values(read_session_struct(path).tree, tree)
    if file_format == "5":
        # Behind the header, which names the program, not a byte differs from what the generator wrote.
        assert path.read_bytes()[128:] == made.mat_path.read_bytes()[128:]


@pytest.mark.usefixtures("format_5_holds_little")
def test_what_format_5_cannot_hold_becomes_7_3(path: Path) -> None:
    assert write_mat(path, variables={"small": "text", "s": TREE}) == "7.3"
    assert_is(path, "7.3")
    assert read_mat(path)["small"] == "text"


@pytest.mark.usefixtures("format_5_holds_little")
def test_format_5_asked_for_where_it_does_not_suffice_is_refused(path: Path) -> None:
    with problem_raised() as found:
        write_mat(path, variables={"s": TREE}, file_format="5")
    assert (found[0].kind.identifier, found[0].file) == ("mat-too-large", str(path))
    assert "s: " in (found[0].found or "")
    assert list(path.parent.iterdir()) == []


def test_a_file_is_replaced_only_where_asked(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("precious")
    with problem_raised() as found:
        write_mat(path, variables={"s": TREE})
    assert found[0].kind.identifier == "output-exists"
    assert path.read_text() == "precious"
    write_mat(path, variables={"s": TREE}, overwrite=True)
    assert_is(path, "5")


@pytest.mark.parametrize("file_format", ["5", "7.3"])
def test_a_value_that_cannot_be_written_leaves_no_file(path: Path, file_format: MatFormat) -> None:
    broken = {"s": TREE, "t": MatUnsupported(matlab_class="table", reason="an object")}
    with pytest.raises(ValueError, match="table"):
        write_mat(path, variables=broken, file_format=file_format)
    assert list(path.parent.iterdir()) == []
