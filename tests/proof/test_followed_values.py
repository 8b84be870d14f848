"""Every value that follows from the rest of a file is checked without its source: each is changed once, and named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from changes import (
    ANGLE,
    CURVATURE,
    DFF,
    GREEN,
    KEPT,
    LABELS,
    LICKS,
    PLANE,
    ROIS,
    SEGMENTATION,
    SOURCE,
    TOUCHES,
    TRIALS,
    VIDEO,
    Change,
    add,
    attribute,
    json_part,
    last_row_doubled,
    last_row_dropped,
    put,
    put_text,
    removed,
    replaced,
    rows_exchanged,
    struct_text,
    swap,
)
from levels import mostly_long
from made_sessions import Converted
from moved_values import moved_out
from mutations import Mutation

from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import all_follows
from ssc_to_nwb.validate.one_file import contradiction_messages, validate_file

Mutated = Callable[[Callable[[h5py.File], None]], Path]
PROVENANCE = f"{SOURCE}/provenance/value"
INDEX = f"{SOURCE}/frame_index_fov_01003"
# What a change of one value of a dataset does not show: order, counts, texts that hold several facts, other objects.
MUTATIONS = (

    Mutation("two touches exchanged", TOUCHES, rows_exchanged(TOUCHES, 0, -1)),
    Mutation("the last touch dropped", TOUCHES, last_row_dropped(TOUCHES)),
    Mutation("a reward doubled", "/intervals/rewards", last_row_doubled("/intervals/rewards")),
    Mutation("a touch's whisker", TOUCHES, put(f"{TOUCHES}/whisker", 0, "d1")),
    Mutation("a lick's side", LICKS, put(f"{LICKS}/side", 0, "middle")),
    Mutation("touch sample", PROVENANCE, json_part(PROVENANCE, "touch_sample_ms", "2", "3")),
    Mutation("hash of the metadata", PROVENANCE, json_part(PROVENANCE, "metadata_sha256", "b", "c")),
    Mutation("session variable", PROVENANCE, json_part(PROVENANCE, "source_variable", "s", "t")),
    Mutation("fields of a rule", PROVENANCE,
             json_part(PROVENANCE, "ledger_rules", '"trial-types":1', '"trial-types":2')),
    Mutation("files of the ledger", PROVENANCE, json_part(PROVENANCE, "ledger", '"files":0', '"files":1')),
    Mutation("a field of the source struct dropped", PROVENANCE, last_row_dropped(KEPT)),
    Mutation("what became of a field", PROVENANCE, struct_text("how", ".valueMatrix", "written", "derived")),
    Mutation("a ROI in fewer lists", f"{ROIS}/source_lists", put(f"{ROIS}/source_lists", 0, "roiIds")),
    Mutation("a list nobody knows", f"{ROIS}/source_lists", put(f"{ROIS}/source_lists", 0, "imagingPlane.ids, x")),
    Mutation("two ROIs exchanged", f"{ROIS}/roi_number", swap(f"{ROIS}/id", 0, 1)),
    Mutation("a file behind the list", INDEX, put(f"{INDEX}/file_number", 0, 99)),
    Mutation("a frame without a file", INDEX, put(f"{INDEX}/file_number", 0, 0)),
    Mutation("plane of a text", f"{PLANE}/description", put_text(f"{PLANE}/description", "Plane 2 of 2")),
    Mutation("first frame of a video", f"{VIDEO}/external_file",
             attribute(f"{VIDEO}/external_file", "starting_frame", np.zeros(6, dtype=np.int32))),
    Mutation("time stamps in ms", f"{TRIALS}/stop_time", replaced(f"{ANGLE}/timestamps", lambda v: v * 1000)),
    Mutation("a sample given to the next trial", f"{VIDEO}/timestamps", add(f"{LABELS}/data", 0)),
    Mutation("a frame dropped", f"{SOURCE}/frame_index_fov_01002", replaced(f"{GREEN}/data", lambda v: v[:-1])),
    Mutation("a time stamp dropped", f"{DFF}/data", replaced(f"{DFF}/data", lambda v: v[:-1])),
    Mutation("a series removed", CURVATURE, removed(CURVATURE)),
    Mutation("the masks removed", ROIS, removed(ROIS)),
    Mutation("the group of the masks under another name", SEGMENTATION,
             lambda file: file.move(SEGMENTATION, "/processing/ophys/segmentation")),
    Mutation("the gaps removed", "/intervals/imaging_gaps", removed("/intervals/imaging_gaps")),
)  # fmt: skip


def places(path: Path) -> set[str]:
    """Objects that contradict the rest of a file, or that are named as not to be checked."""
    return {message.object_path for message in contradiction_messages(path)}


def covered(path: Path) -> Iterator[str]:
    """The datasets of a file that follow from the rest, one of each kind."""
    kinds = set()
    with open_tree(path) as tree:
        view = FileView(tree)
        found = {one for follow in all_follows().values() for followed in follow(view) for one in followed.covered}
    for one in sorted(found):
        kind = re.sub(r"\d+|green|red", "", one)
        if kind not in kinds:
            kinds.add(kind)
            yield one


def changed(path: str) -> Change:
    """Another first value for a dataset."""

    def change(file: h5py.File) -> None:
        dataset = file[path]
        place = (0,) * dataset.ndim
        if h5py.check_string_dtype(dataset.dtype) is not None:
            dataset[place] = "other"
        elif dataset.dtype.kind == "b":
            dataset[place] = not dataset[place]
        else:
            dataset[place] = dataset[place] + 1

    return change


def test_an_untouched_file_has_no_contradiction(finished_planes) -> None:
    assert places(finished_planes.path) == set()


@pytest.mark.parametrize("step", [16, pytest.param(1, marks=pytest.mark.long)])
def test_every_dataset_that_follows_is_changed_and_named(finished_planes, mutated_planes: Mutated, step: int) -> None:
    datasets = list(covered(finished_planes.path))
    assert {f"{TRIALS}/stop_time", f"{ROIS}/cell", f"{PLANE}/imaging_rate", "/session_start_time"} <= set(datasets)
    assert len(datasets) > 70
    unnamed = []
    for path in datasets[::step]:
        # The ends of a ragged column are named by the column.
        column = path.removesuffix("_index")
        if not any(one.startswith(column) for one in places(mutated_planes(changed(path)))):
            unnamed.append(path)
    assert unnamed == []


@pytest.mark.parametrize(
    "mutation", mostly_long(MUTATIONS, quick=MUTATIONS[::6].__contains__), ids=lambda mutation: mutation.name
)
def test_what_one_value_does_not_show_is_named(mutated_planes: Mutated, mutation: Mutation) -> None:
    assert any(place.startswith(mutation.place) for place in places(mutated_planes(mutation.change)))


@pytest.mark.parametrize(
    "what",
    mostly_long([SOURCE, KEPT, f"{SOURCE}/provenance", f"{SOURCE}/source_files"], quick=f"{SOURCE}/provenance".__eq__),
)
def test_without_the_record_it_is_said_what_cannot_be_checked(
    finished_planes, mutated_planes: Mutated, what: str
) -> None:
    (message,) = [
        one for one in contradiction_messages(mutated_planes(removed(what))) if one.identifier == "record-missing"
    ]
    assert message.object_path == SOURCE
    assert message.severity.value == "warning"
    assert "/processing/source/provenance" in message.text or "/general/notes" in message.text
    report = finished_planes.verify(mutated_planes(removed(what)))
    assert not report.ok
    assert any((problem.field or "").startswith(what) for problem in report.problems)


def test_without_the_record_what_needs_none_is_checked(mutated_planes: Mutated) -> None:
    def change(file: h5py.File) -> None:
        del file[SOURCE]
        put(f"{TRIALS}/response", 2, "none")(file)
        add(f"{TRIALS}/left_licks", 0, 1e-6)(file)

    found = {
        one.object_path
        for one in contradiction_messages(mutated_planes(change))
        if one.identifier == "value-contradicts"
    }
    assert found == {f"{TRIALS}/response", f"{TRIALS}/left_licks"}


def as_output(path: Path, folder: Path) -> Path:
    """A copy under a name that DANDI accepts."""
    target = folder / "sub-an900001" / "sub-an900001_ses-20130308_behavior+image+ophys.nwb"
    target.parent.mkdir()
    shutil.copyfile(path, target)
    return target


@pytest.mark.parametrize("kind", ["external storage", "virtual"])
def test_validate_names_values_in_another_file(mutated_planes: Mutated, tmp_path: Path, kind: str) -> None:
    path = f"{TRIALS}/stop_time"
    file = as_output(mutated_planes(moved_out(kind, path, tmp_path)), tmp_path)
    found = {message.identifier: message for message in validate_file(file)}
    assert found["verify-values-elsewhere"].object_path == path


def test_validate_gives_the_contradictions_as_errors(convert_once: Callable[..., Converted], tmp_path: Path) -> None:
    file = as_output(convert_once(subvolumes=(), whisker_data=False).path, tmp_path)
    with h5py.File(file, "r+") as nwb:
        put(f"{TRIALS}/response", 2, "none")(nwb)
    (message,) = [one for one in validate_file(file) if one.identifier == "value-contradicts"]
    assert message.object_path == f"{TRIALS}/response"
    assert message.severity.value == "error"
    assert message.text.startswith("Expected 'hit' at [2] of 6") or message.text.startswith("Expected 'error'")
