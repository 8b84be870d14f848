"""Stacks restored from an NWB file, compared page by page, by tifffile, with those that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from converting import convert
from made_sessions import array, problem_raised

from ssc_to_nwb.api import restoring
from ssc_to_nwb.data_types.imaging_stacks.restore import StacksReport, restore_stacks
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

SMALL: dict[str, Any] = {
    "n_trials": 4,
    "trial_number_gap_after": (),
    "subvolumes": (SubvolumeSpec(planes=(2, 3), rois_per_plane=2),),
    "image_shape": (20, 30),
    "arrays": ("dff",),
    "whisker_data": False,
}
GAPS = {
    "blank_time_point": True, "short_last_file": True, "rejected_file": True, "late_first_file": True,
    "unknown_trial_frames": True, "unlisted_tif": True, "listed_without_fluo_batch_out": True,
}  # fmt: skip


@dataclass(frozen=True)
class Restored:
    """A made-up session, the NWB file made from it, and what came back."""

    made: SyntheticSession
    nwb: Path
    folder: Path
    report: StacksReport
    log: ProblemLog

    def warned(self, identifier: str) -> list[str]:
        return [problem.found or "" for problem in self.log.problems if problem.kind.identifier == identifier]

    def pairs(self) -> Iterator[tuple[Path, Path]]:
        """Every tif that came back, and the source's under the same name in the same folder."""
        for stack in self.report.stacks:
            yield stack.path, self.made.root / stack.path.relative_to(self.folder)


Restore = Callable[..., Restored]


@pytest.fixture
def restore(tmp_path: Path) -> Restore:
    def run(
        stacks: StackSpec | None = None,
        *,
        edit: Callable[[dict[str, Any]], None] | None = None,
        change: Callable[[SyntheticSession], None] | None = None,
        options: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Restored:
        spec = SessionSpec(**{**SMALL, **fields}, stacks=stacks or StackSpec())
        made = write_session(root=tmp_path / "source", spec=spec, videos=False, edit=edit)
        if change is not None:
            change(made)
        (outcome,) = convert(source=made.root, output=tmp_path / "nwb", verify="off", **(options or {})).outcomes
        assert outcome.output is not None, outcome.error
        log = ProblemLog()
        report = stacks_of(outcome.output, tmp_path / "back", log=log)
        return Restored(made=made, nwb=outcome.output, folder=tmp_path / "back", report=report, log=log)

    return run


def stacks_of(nwb: Path, folder: Path, **options: Any) -> StacksReport:
    with restoring._opened(nwb) as view:
        return restore_stacks(view, folder, nwb_path=nwb, **options)


def pages_of(path: Path) -> list[np.ndarray]:
    with tifffile.TiffFile(path, is_scanimage=False) as file:
        series = file.series[0] if len(file.pages) == 1 else None
        # Images behind a single page table are those of the series.
        return list(series.asarray().reshape(-1, *file.pages[0].shape)) if series else [p.asarray() for p in file.pages]


def texts_of(path: Path) -> list[str | None]:
    with tifffile.TiffFile(path, is_scanimage=False) as file:
        return [page.aspage().tags.valueof(270) for page in file.pages]


def listed_pages(made: SyntheticSession) -> dict[str, set[int]]:
    """Pages, from 0, of every tif's name and folder that the session's lists name."""
    found: dict[str, set[int]] = {}
    for number, _ in enumerate(made.spec.subvolumes, start=1):
        for plane in array(made.tree, f"dffTSA_subvolume_{number:02d}")["imagingPlane"]:
            files, index = list(plane["sourceFileList"]), plane["sourceFileFrameIdx"]
            for file, frame in index[:, ~np.isnan(index[0])].T.astype(int).tolist():
                *_, fov, name = [part for part in files[file - 1].split("/") if part != "fluo_batch_out"]
                channels = made.spec.stacks.channels
                pages = range(channels * (frame - 1), channels * frame)
                found.setdefault(f"{fov}/{name}", set()).update(pages)
    return found


def check(restored: Restored) -> int:
    """Compare all that came back with its source; the number of pages compared."""
    listed, count = listed_pages(restored.made), 0
    for back, source in restored.pairs():
        name = f"{source.parent.parent.name}/{source.name}"
        found, expected = pages_of(back), pages_of(source)
        there = {page for page in listed[name] if page < len(expected)}
        assert len(found) >= max(there) + 1
        for page, image in enumerate(found):
            assert (image.dtype, image.shape) == (expected[page].dtype, expected[page].shape)
            np.testing.assert_array_equal(image, expected[page] if page in there else 0, f"{name}, page {page + 1}")
        assert texts_of(back)[: len(found)] == texts_of(source)[: len(found)] or len(texts_of(source)) == 1
        count += len(there)
    return count


def expected_names(made: SyntheticSession) -> set[str]:
    """Tifs that the lists name a frame of and that were there, relative to the source's root."""
    listed = listed_pages(made)
    paths = {path for path in made.stack_paths.values() if f"{path.parent.parent.name}/{path.name}" in listed}
    return {path.relative_to(made.root).as_posix() for path in paths}


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


LONG = pytest.mark.long
TWO_CHANNELS = [
    pytest.param(StackSpec(scanimage_header=True, scanimage_texts_differ=True), id="texts that differ"),
    pytest.param(StackSpec(files_with_one_table=(2, 3)), id="one table", marks=LONG),
    pytest.param(StackSpec(dtype="int16"), id="int16", marks=LONG),
    pytest.param(StackSpec(scanimage_header=True), id="one text", marks=LONG),
    pytest.param(StackSpec(compression="zlib", tile=(16, 16)), id="compressed and in tiles", marks=LONG),
    pytest.param(StackSpec(bigtiff=True), id="BigTIFF", marks=LONG),
]


@LONG
def test_stacks_of_one_channel(restore: Restore) -> None:
    restored = restore(StackSpec(channels=1), master_image_2d=True)
    assert names_in(restored.folder) == expected_names(restored.made)
    assert check(restored) == restored.report.page_count == sum(map(len, listed_pages(restored.made).values()))


@pytest.mark.parametrize("stacks", TWO_CHANNELS)
def test_every_listed_frame_comes_back_at_its_page(restore: Restore, stacks: StackSpec) -> None:
    restored = restore(stacks)
    assert names_in(restored.folder) == expected_names(restored.made)
    assert check(restored) == restored.report.page_count == sum(map(len, listed_pages(restored.made).values()))
    assert restored.report.zero_page_count == 0
    assert restored.report.not_restored == ()
    assert restored.log.problems == []


@pytest.mark.parametrize("channels", [2, pytest.param(1, marks=LONG)])
def test_gaps_missing_files_and_pages_that_no_list_names(restore: Restore, channels: Any) -> None:
    restored = restore(StackSpec(channels=channels, files_missing=(4,)), master_image_2d=channels == 1, **GAPS)
    assert names_in(restored.folder) == expected_names(restored.made)
    assert check(restored) == restored.report.page_count - restored.report.zero_page_count
    # The lists begin at frame 3 of the first file of each plane.
    zero = [stack.zero_pages for stack in restored.report.stacks if stack.zero_pages]
    assert zero == [tuple(range(1, 2 * channels + 1))] * 2
    assert restored.report.zero_page_count == 2 * 2 * channels
    assert [found.partition(":")[0] for found in restored.warned("stack-pages-zero")] == [
        f"{2 * channels} of {stack.page_count} pages" for stack in restored.report.stacks if stack.zero_pages
    ]
    missing = restored.report.not_restored
    assert [stack.plane_name for stack in missing] == ["fov_01002", "fov_01003"]
    assert all(stack.listed_path.endswith("_main_004.tif") for stack in missing)
    assert restored.warned("stack-not-restored") == ["The listed file is not there; its frames are gaps."] * 2


def test_pages_behind_the_last_listed_frame_come_where_the_file_counts_them(restore: Restore) -> None:
    texts = StackSpec(scanimage_header=True, scanimage_texts_differ=True, files_with_extra_frames=(3,))
    restored = restore(texts)
    assert check(restored) == restored.report.page_count - 2 * 4
    longer = [stack for stack in restored.report.stacks if stack.zero_pages]
    assert [stack.path.name[-7:] for stack in longer] == ["003.tif"] * 2
    for stack in longer:
        assert stack.zero_pages == tuple(range(stack.page_count - 3, stack.page_count + 1))


@LONG
def test_pages_behind_the_last_listed_frame_are_left_out_where_nothing_counts_them(restore: Restore) -> None:
    restored = restore(StackSpec(files_with_extra_frames=(3,)))
    assert check(restored) == restored.report.page_count
    source_pages = sum(len(pages_of(source)) for _, source in restored.pairs())
    assert source_pages == restored.report.page_count + 2 * 4


@LONG
def test_damaged_stacks_that_were_left_out(restore: Restore) -> None:
    restored = restore(StackSpec(files_with_odd_pages=(3,), files_not_tif=(2,)), options={"keep_going": True})
    assert {stack.path.name[-7:] for stack in restored.report.stacks} == {"001.tif", "004.tif"}
    assert check(restored) == restored.report.page_count
    assert {stack.listed_path[-7:] for stack in restored.report.not_restored} == {"002.tif", "003.tif"}
    assert all(restored.warned("stack-not-restored"))


@LONG
def test_red_pages_first(restore: Restore, tmp_path: Path) -> None:
    metadata = tmp_path / "red_first.yaml"
    metadata.write_text("assumptions: {green_page_first: false}\n")
    restored = restore(options={"metadata_files": [metadata]})
    assert check(restored) == restored.report.page_count


@LONG
def test_text_beyond_ascii(restore: Restore) -> None:
    def write_again(made: SyntheticSession) -> None:
        for path in made.stack_paths.values():
            pages = pages_of(path)
            with tifffile.TiffWriter(path) as writer:
                for page in pages:
                    text = "state.µm=5\rstate.name='Zürich'\r".encode()
                    writer.write(page, description=text, contiguous=False, metadata=None, photometric="minisblack")

    restored = restore(change=write_again)
    assert check(restored) == restored.report.page_count
    for back, source in restored.pairs():
        assert b"state.name='Z\xc3\xbcrich'\r\0" in back.read_bytes()
        assert b"state.name='Z\xc3\xbcrich'\r\0" in source.read_bytes()


@LONG
def test_a_text_that_may_be_cut_is_named(restore: Restore) -> None:
    def write_again(made: SyntheticSession) -> None:
        for path in made.stack_paths.values():
            pages = pages_of(path)
            with tifffile.TiffWriter(path) as writer:
                for page in pages:
                    writer.write(page, description="x" * 70_000, contiguous=False, metadata=None)

    restored = restore(change=write_again)
    assert restored.warned("stack-text-cut") == ["60000 bytes"] * 2
    for back, _ in restored.pairs():
        assert set(texts_of(back)) == {"x" * 60_000}


@LONG
def test_a_tif_that_a_list_names_twice(restore: Restore) -> None:
    def twice(s: dict[str, Any]) -> None:
        for key in s["timeSeriesArrayHash"]["keyNames"]:
            if key != "whiskerVars":
                plane = array(s, key)["imagingPlane"][0]
                files, index = plane["sourceFileList"], plane["sourceFileFrameIdx"]
                files.append(files[0])
                last = np.flatnonzero(index[0] == 1)[-2:]
                index[0, last] = len(files)

    restored = restore(edit=twice)
    assert names_in(restored.folder) == expected_names(restored.made)
    assert check(restored) == restored.report.page_count == sum(map(len, listed_pages(restored.made).values()))


class TestWhatCannotBeRestored:
    @pytest.fixture(scope="class")
    def nwb(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        root = tmp_path_factory.mktemp("whole")
        write_session(root=root / "source", spec=SessionSpec(**SMALL), videos=False)
        (outcome,) = convert(source=root / "source", output=root / "nwb", verify="off").outcomes
        assert outcome.output is not None
        return outcome.output

    @pytest.mark.parametrize(
        ("options", "identifier"),
        [({"raw": "skip"}, "restore-without-frames"), pytest.param({"stub": True}, "restore-of-stub", marks=LONG)],
    )
    def test_a_file_that_holds_no_frames_or_a_part(
        self, tmp_path: Path, options: dict[str, Any], identifier: str
    ) -> None:
        write_session(root=tmp_path / "source", spec=SessionSpec(**SMALL), videos=False)
        (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off", **options).outcomes
        assert outcome.output is not None
        self.refused(outcome.output, tmp_path / "back", identifier)
        assert not (tmp_path / "back").exists()

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        (tmp_path / "text.nwb").write_text("no HDF5")
        self.refused(tmp_path / "text.nwb", tmp_path / "back", "verify-unreadable")
        with h5py.File(tmp_path / "other.nwb", "w") as file:
            file["acquisition/x"] = 1
        self.refused(tmp_path / "other.nwb", tmp_path / "back", "restore-foreign")

    def test_a_path_that_leaves_the_folder(self, nwb: Path, tmp_path: Path) -> None:
        changed = self.changed(nwb, tmp_path, "processing/source/source_files/path", "imaging stack", "../../x.tif")
        self.refused(changed, tmp_path / "back", "restore-path-outside")
        assert names_in(tmp_path) == {"changed.nwb"}

    def test_tables_that_contradict_each_other(self, nwb: Path, tmp_path: Path) -> None:
        changed = self.changed(nwb, tmp_path, "processing/source/source_files/role", "imaging stack", "other")
        self.refused(changed, tmp_path / "back", "restore-unreadable")

    def test_a_damaged_chunk_of_frames(self, nwb: Path, tmp_path: Path) -> None:
        changed = tmp_path / "changed.nwb"
        changed.write_bytes(nwb.read_bytes())
        series = "acquisition/two_photon_series_fov_01003_red/data"
        with h5py.File(changed) as file:
            chunk = file[series].id.get_chunk_info(0)
        with changed.open("r+b") as stream:
            stream.seek(chunk.byte_offset + chunk.size // 2)
            stream.write(b"\xff" * 64)
        problem = self.refused(changed, tmp_path / "back", "restore-unreadable")
        assert problem.field == f"/{series}"
        assert all("fov_01002" in name for name in names_in(tmp_path / "back")), "no half a tif is left"

    def test_a_tif_is_replaced_only_where_asked(self, nwb: Path, tmp_path: Path) -> None:
        report = stacks_of(nwb, tmp_path, log=ProblemLog())
        whole = {stack.path: stack.path.read_bytes() for stack in report.stacks}
        for path in whole:
            path.write_text("precious")
        self.refused(nwb, tmp_path, "output-exists")
        assert {path.read_text() for path in whole} == {"precious"}
        stacks_of(nwb, tmp_path, log=ProblemLog(), overwrite=True)
        assert {path: path.read_bytes() for path in whole} == whole

    @staticmethod
    def refused(nwb: Path, folder: Path, identifier: str) -> Any:
        with problem_raised() as found:
            stacks_of(nwb, folder, log=ProblemLog())
        assert found[0].kind.identifier == identifier
        return found[0]

    @staticmethod
    def changed(nwb: Path, folder: Path, column: str, role: str, text: str) -> Path:
        """A copy of the file with another text in the first row that has this role."""
        path = folder / "changed.nwb"
        path.write_bytes(nwb.read_bytes())
        with h5py.File(path, "r+") as file:
            roles = file["processing/source/source_files/role"].asstr()[:].tolist()
            file[column][roles.index(role)] = text
        return path
