"""A session comes back from its NWB file leaf by leaf: values, classes, sizes, order of fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from click.testing import CliRunner
from converting import convert
from levels import mostly_long
from made_sessions import AWKWARD, Converted, write
from scipy.io import loadmat

from ssc_to_nwb import SscError, restore
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape, walk_leaves
from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.matlab.tree import MatSparse, MatValue
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.session import read_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

# Times that are not whole come back within 4 units in the last place of the stored seconds.
_SECONDS = 20_000.0
SMALL = {"n_trials": 3, "subvolumes": (SubvolumeSpec(number=3, planes=(2,), rois_per_plane=2),)}
SPECS = {"awkward": AWKWARD, "7.3": SessionSpec(mat_format="7.3", **SMALL), "whole times": SessionSpec()}


@pytest.fixture(scope="module", params=mostly_long(SPECS, quick=("awkward", "7.3").__contains__))
def files(
    request: pytest.FixtureRequest, convert_once: Callable[..., Converted], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Path]:
    """The session file, the NWB file, and the session file restored from it."""
    converted = convert_once(SPECS[request.param])
    restored = tmp_path_factory.mktemp("restored") / "restored.mat"
    restore(file=converted.path, output=restored)
    return converted.made.mat_path, converted.path, restored


def variable_of(path: Path) -> tuple[str, MatValue]:
    ((name, value),) = read_mat(path).items()
    return name, value


def test_every_leaf_comes_back_in_its_class_and_size(files: tuple[Path, Path, Path]) -> None:
    source, _, restored = files
    name, before = variable_of(source)
    assert variable_of(restored)[0] == name
    expected, found = dict(walk_leaves(before, name)), dict(walk_leaves(variable_of(restored)[1], name))
    assert list(found) == list(expected)
    for path, value in expected.items():
        assert (matlab_class(found[path]), matlab_shape(found[path])) == (matlab_class(value), matlab_shape(value)), (
            path
        )
        assert_same(found[path], value, path)


def assert_same(found: MatValue, expected: MatValue, path: str) -> None:
    if isinstance(expected, MatSparse):
        assert np.array_equal(np.asarray(found), expected.full()), path
    elif not isinstance(expected, np.ndarray):
        assert found == expected, path
    elif _is_time(path) and not np.array_equal(expected, np.rint(expected)):
        assert np.allclose(found, expected, rtol=0, atol=4 * 1000 * np.spacing(_SECONDS)), path
    else:
        assert np.array_equal(found, expected, equal_nan=True), path


def _is_time(path: str) -> bool:
    return path.endswith((".time", ".trialStartTimes")) or ".eventTimes" in path


def test_scipy_reads_both_alike(files: tuple[Path, Path, Path]) -> None:
    source, _, restored = files
    if not source.read_bytes().startswith(b"MATLAB 5.0"):
        pytest.skip("scipy reads no format 7.3")
    before, after = (loadmat(path, mat_dtype=True) for path in (source, restored))
    names = [name for name in before if not name.startswith("__")]
    assert [name for name in after if not name.startswith("__")] == names
    assert_alike(after[names[0]], before[names[0]], names[0])


def assert_alike(found: np.ndarray, expected: np.ndarray, path: str) -> None:
    """Arrays as scipy gives them, those in structs and cells too."""
    assert found.shape == expected.shape, path
    assert found.dtype.names == expected.dtype.names, path
    if expected.dtype.names:
        for name in expected.dtype.names:
            for place in np.ndindex(expected.shape):
                assert_alike(found[name][place], expected[name][place], f"{path}.{name}")
    elif expected.dtype == object:
        for place in np.ndindex(expected.shape):
            assert_alike(found[place], expected[place], f"{path}{{{place}}}")
    else:
        assert found.dtype == expected.dtype, path
        if expected.dtype.kind == "f":
            assert np.allclose(found, expected, rtol=1e-15, atol=4 * 1000 * np.spacing(_SECONDS), equal_nan=True), path
        else:
            assert np.array_equal(found, expected), path


def test_a_restored_session_is_read_like_the_original(files: tuple[Path, Path, Path]) -> None:
    source, _, restored = files
    again = restored.with_name(source.name)
    again.write_bytes(restored.read_bytes())
    before, after = (read_session(path, log=ProblemLog()) for path in (source, again))
    assert np.array_equal(after.trials.numbers, before.trials.numbers)
    assert list(after.events) == list(before.events)
    assert [plane.name for plane in after.planes] == [plane.name for plane in before.planes]
    for mine, other in zip(after.subvolumes, before.subvolumes, strict=True):
        for kind, array in other.arrays.items():
            assert np.array_equal(mine.arrays[kind].values, array.values, equal_nan=True)


def test_whole_milliseconds_come_back_exactly(files: tuple[Path, Path, Path]) -> None:
    source, _, restored = files
    name, before = variable_of(source)
    after = dict(walk_leaves(variable_of(restored)[1], name))
    for path, value in walk_leaves(before, name):
        if _is_time(path) and isinstance(value, np.ndarray) and np.array_equal(value, np.rint(value)):
            assert np.array_equal(after[path], value), path


def test_format_7_3_is_written_where_asked_for(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, nwb, restored = files
    result = restore(file=nwb, output=tmp_path / "large.mat", file_format="7.3")
    assert result.file_format == "7.3"
    name, expected = variable_of(restored)
    found = dict(walk_leaves(variable_of(tmp_path / "large.mat")[1], name))
    for path, value in walk_leaves(expected, name):
        assert_same(found[path], value, path)


def test_a_file_that_is_there_stays(files: tuple[Path, Path, Path]) -> None:
    _, nwb, restored = files
    before = restored.read_bytes()
    with pytest.raises(SscError) as caught:
        restore(file=nwb, output=restored)
    assert caught.value.problem.kind.identifier == "output-exists"
    assert restored.read_bytes() == before


def test_a_further_variable_is_named(tmp_path: Path) -> None:
    write(tmp_path / "source", n_trials=3, subvolumes=(), others={"note": "text"})
    (whole,) = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off").outputs
    restored = restore(file=whole, output=tmp_path / "restored.mat")
    assert restored.variables_left_out == ("note",)
    assert list(read_mat(tmp_path / "restored.mat")) == [restored.variable]


def test_a_stub_is_refused(converted_stub: Converted, tmp_path: Path) -> None:
    with pytest.raises(SscError) as caught:
        restore(file=converted_stub.path, output=tmp_path / "stub.mat")
    assert caught.value.problem.kind.identifier == "restore-of-stub"
    assert not (tmp_path / "stub.mat").exists()


def test_a_file_that_was_not_made_here_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.nwb", "w") as other:
        other["acquisition/x"] = 1
    (tmp_path / "text.nwb").write_text("no HDF5")
    for name, identifier, found in (
        ("other.nwb", "restore-foreign", "no group /processing/source"),
        ("text.nwb", "verify-unreadable", "a file of another kind: it has no HDF5 signature"),
    ):
        with pytest.raises(SscError) as caught:
            restore(file=tmp_path / name, output=tmp_path / "restored.mat")
        assert caught.value.problem.kind.identifier == identifier
        assert str(caught.value.problem.found) == found


def test_stacks_of_a_file_without_frames_are_refused(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SscError) as caught:
        restore(file=files[1], output=tmp_path / "restored.mat", stacks=tmp_path / "stacks")
    assert caught.value.problem.kind.identifier == "restore-without-frames"


def test_the_command_restores_session_and_stacks(converted_raw: Converted, tmp_path: Path) -> None:
    arguments = ["restore", str(converted_raw.path), "-o", str(tmp_path / "session.mat")]
    run = CliRunner().invoke(group, [*arguments, "--stacks", str(tmp_path / "stacks"), "--json"])
    assert run.exit_code == 0, run.output
    result = json.loads(run.stdout)
    written = {Path(name).name for name in result["stacks"]["files"]}
    assert written
    assert written <= {path.name for path in converted_raw.made.stack_paths.values()}
    name, before = variable_of(converted_raw.made.mat_path)
    assert (result["variable"], result["fields"]) == (name, sum(1 for _ in walk_leaves(before, name)))
    assert variable_of(tmp_path / "session.mat")[0] == name
