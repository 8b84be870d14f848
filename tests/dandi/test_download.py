"""Fetching an asset back and comparing it byte for byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_samples import NWB, VIDEO_FOLDER
from dandi_server import DandiServer
from levels import mostly_long

from ssc_to_nwb.dandi.results import DownloadCheckResult, TransferProgress, UploadResult
from ssc_to_nwb.options.archive import RetryPolicy
from ssc_to_nwb.problems.model import SscError

Check = Callable[..., DownloadCheckResult]
VIDEO = f"{VIDEO_FOLDER}/trial_2.mp4"


@pytest.fixture(autouse=True)
def uploaded(upload: Callable[..., UploadResult]) -> None:
    assert upload().ok


def damage(archive: DandiServer, path: str, at: int) -> None:
    """Change one byte of what the archive holds."""
    for asset in archive.model.dandisets["000123"].assets.values():
        if asset.path == path:
            blob = archive.model.blobs[str(asset.blob)]
            blob.content = blob.content[:at] + bytes([blob.content[at] ^ 1]) + blob.content[at + 1 :]


def test_what_comes_back_is_what_was_sent(download_check: Check, output: Path) -> None:
    result = download_check(asset=NWB)

    assert result.ok and result.first_difference is None
    assert result.bytes_compared == result.size == (output / NWB).stat().st_size


def test_an_open_dandiset_needs_no_key(
    download_check: Check, archive: DandiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DANDI_API_KEY")
    archive.seen.clear()

    assert download_check(asset=NWB).ok

    assert {request.authorization for request in archive.seen} == {None}


def test_a_dandiset_under_embargo_needs_one(
    upload: Callable[..., UploadResult], download_check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(dandiset="000301", allow_embargoed=True)
    assert download_check(dandiset="000301", asset=NWB).ok
    monkeypatch.delenv("DANDI_API_KEY")
    with pytest.raises(SscError) as refused:
        download_check(dandiset="000301", asset=NWB)
    assert refused.value.problem.kind.identifier == "archive-embargoed"


def test_a_variable_that_was_named_must_hold_a_key(download_check: Check) -> None:
    with pytest.raises(SscError) as refused:
        download_check(asset=NWB, api_key_variable="MY_KEY")
    assert refused.value.problem.kind.identifier == "archive-no-key"


def test_an_asset_is_picked_at_random_and_the_same_for_the_same_seed(download_check: Check) -> None:
    picked = [download_check(seed=seed).path for seed in range(8)]
    assert len(set(picked)) == 3
    assert picked[:3] == [download_check(seed=seed).path for seed in range(3)]


def test_one_changed_byte_is_found(download_check: Check, archive: DandiServer) -> None:
    damage(archive, VIDEO, 1234)

    result = download_check(asset=VIDEO)

    assert not result.ok and result.first_difference == 1234
    assert result.problem is not None and result.problem.kind.identifier == "archive-download-differs"
    damage(archive, VIDEO, 1234)
    assert download_check(asset=VIDEO).ok


def test_a_longer_local_file_is_found(download_check: Check, output: Path) -> None:
    with (output / VIDEO).open("ab") as video:
        video.write(b"more")
    assert download_check(asset=VIDEO).first_difference == 3500


def test_a_shorter_local_file_is_found(download_check: Check, output: Path) -> None:
    os.truncate(output / VIDEO, 1000)
    assert download_check(asset=VIDEO).first_difference == 1000


def test_nothing_is_written(download_check: Check, output: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert download_check(asset=NWB).ok
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("step", "action"),
    mostly_long(
        [
            ("storage-get", "truncate"),
            ("storage-get", "500"),
            ("download", "503"),
            ("download", "drop"),
            ("list", "drop"),
        ],
        quick=[("storage-get", "truncate"), ("download", "503"), ("list", "drop")].__contains__,
    ),
)
def test_a_passing_fault_is_overcome(download_check: Check, archive: DandiServer, step: str, action: str) -> None:
    archive.fail(step, action, times=2)
    assert download_check(asset=NWB).ok
    assert not archive.faults


def test_a_cut_download_goes_on_where_it_stopped(download_check: Check, archive: DandiServer) -> None:
    archive.fail("storage-get", "truncate")
    done: list[int] = []
    download_check(
        asset=NWB, on_progress=lambda step: done.append(step.bytes_done) if step.stage == "downloading" else None
    )
    assert done == sorted(done)
    assert len(archive.requests("storage-get")) == 2


def test_a_lasting_fault_is_named_and_a_second_run_ends_complete(download_check: Check, archive: DandiServer) -> None:
    archive.fail("storage-get", "drop", times=50)
    with pytest.raises(SscError) as refused:
        download_check(asset=NWB, retry=RetryPolicy(attempts=2, first_wait_s=0.01))
    assert refused.value.problem.kind.identifier == "archive-unreachable"
    archive.faults.clear()
    assert download_check(asset=NWB).ok


def test_an_asset_that_is_not_there(download_check: Check) -> None:
    with pytest.raises(SscError) as refused:
        download_check(asset="sub-an1/absent.nwb")
    assert refused.value.problem.kind.identifier == "archive-asset-missing"
    with pytest.raises(SscError) as refused:
        download_check(dandiset="000200")
    assert refused.value.problem.kind.identifier == "archive-asset-missing"


def test_progress_ends_with_the_whole_size(download_check: Check, output: Path) -> None:
    steps: list[TransferProgress] = []
    download_check(asset=NWB, on_progress=steps.append)
    assert steps[-2].bytes_done == steps[-2].bytes_total == (output / NWB).stat().st_size
    assert steps[-1].stage == "done"
