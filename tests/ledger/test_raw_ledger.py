"""Every raw file once in the ledger, with its place, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from converting import convert

from ssc_to_nwb.api.verification import read_ledger
from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.source_files.checksums import sha256_of
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

SPEC = SessionSpec(
    subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
    image_shape=(24, 32),
    arrays=("dff",),
    rejected_file=True,
    unlisted_tif=True,
    stacks=StackSpec(imreg_files=True, files_missing=(3,), files_not_tif=(4,)),
    trials_with_broken_video=(1,),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
    made = write_session(root=tmp_path_factory.mktemp("raw-ledger"), spec=SPEC)
    (made.folder / "notes.txt").write_text("mouse was calm", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def file(made: SyntheticSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    outcome = convert(source=made.root, output=tmp_path_factory.mktemp("out"), keep_going=True).outcomes[0]
    assert outcome.verified == "full", outcome.error
    assert outcome.output is not None
    return outcome.output


@pytest.fixture(scope="module")
def files(file: Path) -> tuple[FileEntry, ...]:
    return read_ledger(file=file).files


def test_every_file_on_disk_is_there_once(made: SyntheticSession, files: tuple[FileEntry, ...]):
    on_disk = sorted(path.relative_to(made.root).as_posix() for path in made.root.rglob("*") if path.is_file())
    listed = sorted(file.source for file in files if file.rule != "raw-file-missing")
    assert listed == on_disk


def test_sizes_and_hashes_are_those_of_the_files(made: SyntheticSession, files: tuple[FileEntry, ...]):
    for file in files:
        path = made.root / file.source
        if file.rule != "raw-file-missing":
            assert file.bytes == path.stat().st_size
            assert file.sha256 == sha256_of(path)


def one(files: tuple[FileEntry, ...], choose: Callable[[FileEntry], bool]) -> FileEntry:
    (found,) = [file for file in files if choose(file)]
    return found


def test_stack_goes_to_both_channels(files: tuple[FileEntry, ...]):
    stack = one(files, lambda file: file.source.endswith("_main_001.tif"))
    assert stack.disposition is Disposition.WRITTEN
    assert stack.nwb == tuple(
        f"/acquisition/two_photon_series_fov_01002_{channel}/data" for channel in ("green", "red")
    )


def test_missing_stack_is_listed_as_the_rig_named_it(files: tuple[FileEntry, ...]):
    missing = one(files, lambda file: file.rule == "raw-file-missing")
    assert missing.source.endswith("_main_003.tif")
    assert "imaging_data" in missing.source
    assert (missing.disposition, missing.bytes, missing.nwb) == (Disposition.LEFT_OUT, 0, ())
    assert missing.reason


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("_main_002.tif", "no file list"),
        ("_main_900.tif", "no file list"),
        ("_main_004.tif", "damaged imaging stack"),
        ("notes.txt", "not a kind of file"),
        ("imreg_session_stats.mat", "summary of the registration"),
        (".mp4", "Cannot read a whisker video"),
    ],
)
def test_files_left_out_say_why(files: tuple[FileEntry, ...], ending: str, reason: str):
    left_out = [file for file in files if file.disposition is Disposition.LEFT_OUT and file.rule == "raw-file-left-out"]
    assert any(file.source.endswith(ending) and reason in file.reason for file in left_out), left_out


def test_side_images_and_videos_have_their_places(files: tuple[FileEntry, ...]):
    mean = one(files, lambda file: file.source.endswith("session_mean_chan_02.tif"))
    pages = one(files, lambda file: file.source.endswith("session_pertrial_sd_chan_01.tif"))
    videos = [file for file in files if file.rule == "whisker-video"]
    assert mean.nwb == ("/processing/ophys/images_fov_01002/session_mean_red",)
    assert pages.nwb == ("/processing/ophys/session_pertrial_sd_fov_01002_green",)
    assert len(videos) == SPEC.n_trials - 1


def test_no_path_of_the_machine_is_in_the_ledger(made: SyntheticSession, files: tuple[FileEntry, ...]):
    own = [file for file in files if file.rule != "raw-file-missing"]
    assert not any(Path(file.source).is_absolute() or str(made.root) in file.source for file in own)


def test_without_raw_files_only_the_session_file_is_read(made: SyntheticSession, tmp_path: Path):
    outcome = convert(source=made.root, output=tmp_path, raw="skip", verify="off").outcomes[0]
    assert outcome.output is not None, outcome.error
    assert [file.rule for file in read_ledger(file=outcome.output).files] == ["session-file"]


def test_file_with_damaged_sources_left_out_is_verified_at_any_time(made: SyntheticSession, file: Path):
    from ssc_to_nwb.api.verification import verify_sessions

    result = verify_sessions(source=made.root, output=file)
    assert result.ok, result.as_dict()
    assert {"stack-file-skipped"} <= {problem.kind.identifier for problem in result.sessions[0].warnings}
