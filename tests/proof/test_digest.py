"""The digest of a file's content: equal for equal content, however it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from converting import convert

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.proof.digest import content_digest, digest_of_objects, digests_of_tree
from ssc_to_nwb.proof.hdf5_tree import open_tree

GREEN = "/acquisition/two_photon_series_fov_01002_green"
OPTIONS = (
    {"workers": 1, "compression": "small", "chunk_mb": 0.01},
    {"workers": 3, "compression": "none", "memory_mb": 512.0},
)


@pytest.fixture(scope="module")
def digest_of_finished(finished) -> str:
    return content_digest(finished.path)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(OPTIONS[0], id="one worker, small"),
        pytest.param(OPTIONS[1], id="three workers, none", marks=pytest.mark.long),
    ],
)
def test_digest_is_the_same_for_other_workers_chunks_and_compression(
    finished, digest_of_finished: str, tmp_path: Path, options: dict
):
    outcome = convert(source=finished.made.root, output=tmp_path, **options).outcomes[0]
    assert outcome.digest == digest_of_finished, outcome.error
    assert outcome.output is not None
    assert content_digest(outcome.output) == digest_of_finished


@pytest.mark.long
def test_digest_does_not_depend_on_where_the_source_lies(finished, digest_of_finished: str, tmp_path: Path):
    import shutil

    elsewhere = shutil.copytree(finished.made.root, tmp_path / "another" / "place")
    outcome = convert(source=elsewhere, output=tmp_path / "out", verify="sample").outcomes[0]
    assert outcome.output is not None, outcome.error
    assert content_digest(outcome.output) == digest_of_finished
    # A sample has not read every value.
    assert outcome.digest is None


def test_digest_does_not_depend_on_the_number_of_readers(finished, digest_of_finished: str):
    assert content_digest(finished.path, workers=1, memory_mb=1.0) == digest_of_finished


def test_a_digest_of_values_that_is_known_is_taken_as_it_is(finished, digest_of_finished: str):
    with h5py.File(finished.path) as file:
        right = hashlib.sha256(file[f"{GREEN}/data"][()].tobytes()).hexdigest()
    for known, is_right in ((right, True), ("0" * 64, False)):
        with open_tree(finished.path) as tree:
            digests = digests_of_tree(
                tree, file=finished.path, workers=2, memory_mb=64.0, known={f"{GREEN}/data": known}
            )
        assert (digest_of_objects(digests) == digest_of_finished) == is_right


def test_verification_makes_the_same_digest_on_its_way(untouched, digest_of_finished: str):
    assert untouched.digest == digest_of_finished


def rewritten(file: h5py.File) -> None:
    """Other chunks, other filters, another byte order, another place in the file."""
    values, attributes = file[f"{GREEN}/data"][()], dict(file[f"{GREEN}/data"].attrs)
    del file[f"{GREEN}/data"]
    dataset = file.create_dataset(f"{GREEN}/data", data=values.astype(">u2"), chunks=(1, 5, 7), compression="lzf")
    for name in reversed(list(attributes)):
        dataset.attrs[name] = attributes[name]


def renewed(file: h5py.File) -> None:
    """Ids and time of creation of another conversion."""
    file[GREEN].attrs["object_id"] = "00000000-0000-4000-8000-000000000000"
    file["file_create_date"][0] = "2031-01-01T00:00:00+00:00"


@pytest.mark.parametrize("change", [rewritten, renewed], ids=["rewritten", "renewed"])
def test_digest_ignores_how_content_is_stored(
    mutated: Callable[[Callable[[h5py.File], None]], Path], digest_of_finished: str, change: Callable[[h5py.File], None]
):
    assert content_digest(mutated(change)) == digest_of_finished


def test_float32_of_equal_values_is_other_content(tmp_path: Path):
    digests = set()
    for dtype in ("f4", "f8", "i4"):
        with h5py.File(tmp_path / f"{dtype}.nwb", "w") as file:
            file["x"] = np.arange(4, dtype=dtype)
        digests.add(content_digest(tmp_path / f"{dtype}.nwb"))
    assert len(digests) == 3


def test_names_of_the_parts_of_a_compound_count(tmp_path: Path):
    digests = set()
    for names in (("x", "y"), ("y", "x")):
        with h5py.File(tmp_path / f"{names[0]}.nwb", "w") as file:
            file["mask"] = np.array([(1, 2), (3, 4)], dtype=[(name, "u4") for name in names])
        digests.add(content_digest(tmp_path / f"{names[0]}.nwb"))
    assert len(digests) == 2


def test_shape_and_empty_values_count(tmp_path: Path):
    digests = set()
    for number, values in enumerate((np.zeros((0, 3)), np.zeros((3, 0)), np.zeros((2, 3)), np.zeros((3, 2)))):
        with h5py.File(tmp_path / f"{number}.nwb", "w") as file:
            file["x"] = values
        digests.add(content_digest(tmp_path / f"{number}.nwb"))
    assert len(digests) == 4


def test_unreadable_file_is_named(tmp_path: Path):
    path = tmp_path / "none.nwb"
    with pytest.raises(SscError) as raised:
        content_digest(path)
    assert raised.value.problem.kind.identifier == "verify-unreadable"
    assert raised.value.problem.file == str(path)


def test_a_file_with_a_type_in_the_place_of_values_is_named(tmp_path: Path):
    path = tmp_path / "type.nwb"
    with h5py.File(path, "w") as file:
        file["x"] = np.dtype("f8")
    with pytest.raises(SscError) as raised:
        content_digest(path)
    assert raised.value.problem.kind.identifier == "verify-unreadable"
