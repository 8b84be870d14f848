"""What a verification compares, what it leaves to the mode, and what it says of files it can't read."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from ssc_to_nwb.data_types.registry import having
from ssc_to_nwb.data_types.rule import Disposition, all_rules
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.file import verify_file
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.source_files.checksums import sha256_of

GREEN = "/acquisition/two_photon_series_fov_01002_green/data"


def identifiers(report) -> set[str]:
    return {problem.kind.identifier for problem in report.problems}


def test_every_rule_that_places_a_leaf_has_a_way_back():
    placed = {rule.identifier for rule in all_rules() if rule.disposition is not Disposition.KEPT}
    # The values of metaDataHash are kept besides, as metadata files may replace what they became.
    assert {rule for _, restores in having("restore", "RESTORES") for rule in restores} == placed - {"metadata-value"}


def test_every_leaf_of_the_source_is_proven(finished, untouched):
    from ssc_to_nwb.matlab.leaves import walk_leaves

    session = finished.context.session
    assert untouched.leaves == sum(1 for _ in walk_leaves(session.tree, session.variable))


def test_counts_name_the_objects_that_were_compared(finished, untouched):
    report = untouched
    frames = finished.raw.stacks["fov_01002"]
    # The unit and the scale of the series count too.
    assert 0 <= report.objects[GREEN] - frames.frame_count * 24 * 32 < 10
    assert report.objects["/intervals/trials/id"] >= len(finished.context.session.trials)
    assert report.values > 10_000
    assert report.as_dict()["ok"] is True


@pytest.mark.long
def test_sample_compares_the_same_part_of_the_frames_each_time(finished, tmp_path: Path):
    # Chunks of one frame, so that there are more of them than a sample takes.
    copy = tmp_path / "copy.nwb"
    shutil.copyfile(finished.path, copy)
    with h5py.File(copy, "r+") as file:
        for channel in ("green", "red"):
            path = f"/acquisition/two_photon_series_fov_01002_{channel}/data"
            values, attributes = file[path][()], dict(file[path].attrs)
            del file[path]
            dataset = file.create_dataset(path, data=values, chunks=(1, *values.shape[1:]))
            for name, value in attributes.items():
                dataset.attrs[name] = value
    first, second = finished.verify(copy, mode="sample"), finished.verify(copy, mode="sample")
    assert first.ok
    assert first.frames == second.frames < first.frames_total
    assert first.objects == second.objects


def test_sample_compares_all_but_the_frames(finished, mutated):
    def change(file: h5py.File) -> None:
        file["/processing/ophys/images_fov_01002/session_mean_red"][0, 0] += 1

    assert not finished.verify(mutated(change), mode="sample").ok


def test_off_compares_nothing_and_is_no_proof(finished):
    report = finished.verify(mode="off")
    assert not report.ok
    assert not report.objects


def test_file_that_is_no_hdf5_is_a_finding(finished, tmp_path: Path):
    path = tmp_path / "text.nwb"
    path.write_text("not a file of frames", encoding="utf-8")
    assert identifiers(finished.verify(path)) == {"verify-unreadable"}


def test_file_cut_short_is_a_finding(finished, tmp_path: Path):
    path = tmp_path / "short.nwb"
    path.write_bytes(finished.path.read_bytes()[:50_000])
    assert identifiers(finished.verify(path)) == {"verify-unreadable"}


def test_absent_file_is_a_finding(finished, tmp_path: Path):
    assert identifiers(finished.verify(tmp_path / "none.nwb")) == {"verify-unreadable"}


def test_video_of_other_bytes_and_foreign_file_are_found(finished, tmp_path: Path):
    from ssc_to_nwb import naming

    videos = tmp_path / "videos"
    shutil.copytree(naming.video_folder(finished.path), videos)
    assert finished.verify(videos=videos).ok
    video = sorted(videos.iterdir())[0]
    video.write_bytes(video.read_bytes()[:-1] + b"?")
    (videos / "holiday.mp4").write_bytes(b"")
    report = finished.verify(videos=videos)
    assert {problem.field for problem in report.problems} == {"/acquisition/whisker_video/external_file"}
    assert [problem.found for problem in report.problems] == ["other bytes", "holiday.mp4"]


def test_missing_video_is_found(finished, tmp_path: Path):
    report = finished.verify(videos=tmp_path / "nothing here")
    assert identifiers(report) == {"verify-object-missing"}


@pytest.mark.parametrize(
    ("lost", "field"),
    [(10, "/processing/source/source_files/bytes"), (5_000, "/acquisition/two_photon_series_fov_01002_green/data")],
)
def test_stack_that_changed_since_is_a_finding(finished, tmp_path: Path, lost: int, field: str):
    from ssc_to_nwb.session.raw_data import open_raw_data

    source = tmp_path / "source"
    shutil.copytree(finished.made.root, source)
    log = ProblemLog()
    context = load_context(source / finished.made.mat_path.name, log=log)
    folder = source / finished.made.folder.name
    raw = open_raw_data(context, raw_folder=folder, mode="auto", keep_going=False, log=log)
    stack = next(iter(sorted(folder.glob("fov_01002/**/*_main_001.tif"))))
    stack.write_bytes(stack.read_bytes()[:-lost])
    report = verify_file(finished.path, context=context, raw=raw, mode="full")
    assert field in {problem.field for problem in report.problems}


def test_other_metadata_than_the_conversion_had_is_found(finished):
    metadata = finished.context.metadata
    imaging = replace(metadata.imaging, location="VISp", excitation_lambda_nm=920.0)
    other = replace(finished.context, metadata=replace(metadata, imaging=imaging), log=ProblemLog())
    report = replace(finished, context=other).verify()
    places = {problem.field for problem in report.problems}
    assert "/processing/source/provenance/value" in places


def test_another_session_differs_in_most_objects(finished, converted_default):
    context = load_context(converted_default.made.mat_path, log=ProblemLog())
    report = verify_file(finished.path, context=context, raw=None, mode="full")
    assert len({problem.field for problem in report.problems}) > 30


def test_problems_of_one_object_are_shown_a_few_times_and_counted(finished, mutated):
    def change(file: h5py.File) -> None:
        frames = file[GREEN]
        frames[...] = frames[()] + 1

    report = finished.verify(mutated(change))
    shown = [problem for problem in report.problems if problem.field == GREEN]
    assert 0 < len(shown) <= 5
    assert len(shown) + report.left_out == finished.raw.stacks["fov_01002"].frame_count
    assert shown[0].kind.identifier == "verify-frame-differs"
    assert "trial" in str(shown[0].detail)
    assert "Image_Registration" in str(shown[0].detail)


def test_times_may_differ_by_rounding_alone(finished, mutated):
    path = "/processing/ophys/Fluorescence/raw_fluorescence_fov_01002/timestamps"

    def one_ulp(file: h5py.File) -> None:
        file[path][2] = np.nextafter(file[path][2], np.inf)

    def many_ulp(file: h5py.File) -> None:
        file[path][2] = file[path][2] + 16 * np.spacing(file[path][2])

    assert finished.verify(mutated(one_ulp)).ok
    assert not finished.verify(mutated(many_ulp)).ok


@pytest.mark.parametrize("change", [pytest.param(b"\x00", marks=pytest.mark.long), b"later"])
def test_hash_of_the_session_file_is_compared(finished, tmp_path: Path, change: bytes):
    other = tmp_path / finished.made.mat_path.name
    other.write_bytes(finished.made.mat_path.read_bytes() + change)
    report = verify_file(
        finished.path,
        context=finished.context,
        raw=finished.raw,
        mode="sample",
        hashes={finished.made.mat_path: sha256_of(other)},
    )
    assert {problem.field for problem in report.problems} == {"/processing/source/source_files/sha256"}
