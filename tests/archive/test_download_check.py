"""Fetching an asset back and comparing it byte for byte."""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from archive_samples import NWB, VIDEO_FOLDER
from dandi_server import DandiServer

from ssc_to_nwb.archive import download
from ssc_to_nwb.archive.download import first_differing_byte
from ssc_to_nwb.archive.results import DownloadCheckResult, Progress, Stage, UploadResult
from ssc_to_nwb.archive.retry import RetryPolicy
from ssc_to_nwb.problems.model import SscError

Check = Callable[..., DownloadCheckResult]
FILM = f"{VIDEO_FOLDER}/trial_2.mp4"


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


def test_an_asset_is_picked_at_random_and_the_same_for_the_same_seed(download_check: Check) -> None:
    picked = [download_check(seed=seed).path for seed in range(12)]
    assert len(set(picked)) == 3
    assert picked == [download_check(seed=seed).path for seed in range(12)]


def test_one_changed_byte_is_found(download_check: Check, archive: DandiServer) -> None:
    damage(archive, FILM, 1234)

    result = download_check(asset=FILM)

    assert not result.ok and result.first_difference == 1234
    assert result.problem is not None and result.problem.kind.identifier == "archive-download-differs"
    damage(archive, FILM, 1234)
    assert download_check(asset=FILM).ok


def test_a_longer_local_file_is_found(download_check: Check, output: Path) -> None:
    with (output / FILM).open("ab") as film:
        film.write(b"more")
    assert download_check(asset=FILM).first_difference == 3500


@pytest.mark.parametrize(
    ("step", "action"),
    [("storage-get", "truncate"), ("storage-get", "500"), ("download", "503"), ("download", "drop"), ("list", "drop")],
)
def test_a_passing_fault_is_mended(download_check: Check, archive: DandiServer, step: str, action: str) -> None:
    archive.fail(step, action, times=2)
    assert download_check(asset=NWB).ok
    assert not archive.faults


def test_a_cut_download_goes_on_where_it_stopped(download_check: Check, archive: DandiServer) -> None:
    archive.fail("storage-get", "truncate")
    done: list[int] = []
    download_check(
        asset=NWB, on_progress=lambda step: done.append(step.bytes_done) if step.stage is Stage.DOWNLOADING else None
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


class TestDisk:
    """Where it is downloaded to."""

    def test_nothing_is_left_there(self, download_check: Check, tmp_path: Path) -> None:
        (tmp_path / "work").mkdir()
        assert download_check(asset=FILM, work_dir=tmp_path / "work").kept is None
        assert not list((tmp_path / "work").iterdir())

    def test_unless_it_is_wanted(self, download_check: Check, output: Path, tmp_path: Path) -> None:
        result = download_check(asset=FILM, work_dir=tmp_path, keep=True)
        assert result.kept is not None
        assert (result.kept / "trial_2.mp4").read_bytes() == (output / FILM).read_bytes()

    def test_too_little_space_is_said_before_the_download(
        self, download_check: Check, archive: DandiServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usage = shutil.disk_usage("/")._replace(free=100)
        monkeypatch.setattr(download.shutil, "disk_usage", lambda _folder: usage)
        with pytest.raises(SscError) as refused:
            download_check(asset=FILM)
        assert refused.value.problem.kind.identifier == "archive-download-disk-full"
        assert not archive.requests("download")
        monkeypatch.undo()

    def test_a_disk_that_fills_up_meanwhile(
        self, download_check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A real full disk: a file system of 64 KiB in memory, where the machine lets a test mount one."""
        small = tmp_path / "small"
        small.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, check=False
        )
        if mounted.returncode != 0:
            pytest.skip("no permission to mount a file system")
        usage = shutil.disk_usage("/")
        monkeypatch.setattr(download.shutil, "disk_usage", lambda _folder: usage)
        try:
            with pytest.raises(SscError) as refused:
                download_check(asset=NWB, work_dir=small)
            assert refused.value.problem.kind.identifier == "archive-download-disk-full"
            assert not list(small.iterdir()), "what was begun is taken away"
        finally:
            subprocess.run(["umount", str(small)], check=False)
        assert download_check(asset=NWB).ok

    def test_a_full_disk_by_its_error_number(self, download_check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_space() -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        opened = Path.open

        def open_unless_for_the_download(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
            return no_space() if mode == "wb" else opened(path, mode, *arguments, **options)

        monkeypatch.setattr(Path, "open", open_unless_for_the_download)
        with pytest.raises(SscError) as refused:
            download_check(asset=FILM)
        assert refused.value.problem.kind.identifier == "archive-download-disk-full"

    def test_a_folder_that_is_not_there(self, download_check: Check, tmp_path: Path) -> None:
        with pytest.raises(SscError) as refused:
            download_check(asset=FILM, work_dir=tmp_path / "absent")
        assert refused.value.problem.kind.identifier == "archive-download-unwritable"


@pytest.mark.parametrize(
    ("one", "other", "offset"),
    [
        (b"", b"", None),
        (b"same", b"same", None),
        (b"same", b"sane", 2),
        (b"same", b"same and more", 4),
        (b"", b"x", 0),
    ],
)
def test_first_differing_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one: bytes, other: bytes, offset: int | None
) -> None:
    monkeypatch.setattr(download, "_BLOCK_BYTES", 3)
    (tmp_path / "one").write_bytes(one)
    (tmp_path / "other").write_bytes(other)
    assert first_differing_byte(tmp_path / "one", tmp_path / "other") == offset
    assert first_differing_byte(tmp_path / "other", tmp_path / "one") == offset


def test_progress_ends_with_the_whole_size(download_check: Check, output: Path) -> None:
    steps: list[Progress] = []
    download_check(asset=NWB, on_progress=steps.append)
    assert steps[-2].bytes_done == steps[-2].bytes_total == (output / NWB).stat().st_size
    assert steps[-1].stage is Stage.DONE
