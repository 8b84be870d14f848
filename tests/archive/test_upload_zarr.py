"""NWB files in Zarr: uploaded as one asset each, compared by the archive's tree checksum."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from dandi_server import DandiServer

from ssc_to_nwb.archive.results import Action, DifferenceKind, DownloadCheckResult, Status, UploadResult
from ssc_to_nwb.archive.retry import RetryPolicy

Upload = Callable[..., UploadResult]
ZARR = "sub-an1/sub-an1_ses-20130309_behavior.nwb.zarr"


@pytest.fixture(scope="module")
def zarr_template(nwb_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's NWB file, without its videos, in Zarr."""
    hdmf_zarr = pytest.importorskip("hdmf_zarr")
    from pynwb import NWBHDF5IO

    path = tmp_path_factory.mktemp("zarr") / "template.nwb.zarr"
    with NWBHDF5IO(nwb_template, "r") as source, hdmf_zarr.NWBZarrIO(str(path), mode="w") as target:
        target.export(src_io=source, write_args={"link_data": False})
    return path


@pytest.fixture
def zarr(output: Path, zarr_template: Path) -> Path:
    shutil.rmtree(output / "sub-an1")
    return Path(shutil.copytree(zarr_template, output / ZARR))


def files_there(archive: DandiServer) -> dict[str, bytes]:
    (only,) = archive.model.zarrs.values()
    return only.files


def files_here(zarr: Path) -> dict[str, bytes]:
    return {file.relative_to(zarr).as_posix(): file.read_bytes() for file in zarr.rglob("*") if file.is_file()}


def test_it_arrives_whole_and_a_second_run_sends_nothing(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    first = upload()

    assert first.ok and [(each.path, each.status) for each in first.outcomes] == [(ZARR, Status.UPLOADED)]
    assert files_there(archive) == files_here(zarr)
    archive.seen.clear()
    second = upload()
    assert second.ok and second.outcomes[0].status is Status.UNCHANGED
    assert not archive.requests("zarr-put")


@pytest.mark.parametrize(
    ("step", "action"),
    [
        ("zarr-put", "drop"),
        ("zarr-put", "500"),
        ("zarr-urls", "503"),
        ("zarr-finalize", "500"),
        ("zarr-create", "drop-after"),
    ],
)
def test_a_passing_fault_is_mended(upload: Upload, archive: DandiServer, zarr: Path, step: str, action: str) -> None:
    archive.fail(step, action)
    assert upload().ok
    assert not archive.faults and files_there(archive) == files_here(zarr)


def test_after_a_lasting_fault_a_second_run_ends_complete(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    archive.fail("zarr-put", "500", skip=3, times=5000)
    result = upload(retry=RetryPolicy(attempts=1))
    assert not result.ok and result.outcomes[0].status is Status.FAILED
    archive.faults.clear()
    assert upload().ok
    assert files_there(archive) == files_here(zarr)


@pytest.mark.parametrize("answer", ["500", "drop-after"])
def test_after_a_stop_before_the_archive_summed_it_up_a_second_run_ends_complete(
    upload: Upload, archive: DandiServer, zarr: Path, answer: str
) -> None:
    """All chunks are there, and their sum is not: nothing is left to send, and yet something to do."""
    archive.fail("zarr-finalize", answer, times=50)
    assert not upload(retry=RetryPolicy(attempts=1)).ok
    archive.faults.clear()
    archive.seen.clear()

    assert upload().ok
    assert not archive.requests("zarr-put") and files_there(archive) == files_here(zarr)


def test_a_change_while_the_archive_sums_up_waits_for_it(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    upload()
    (only,) = archive.model.zarrs.values()
    only.status = "Ingesting"
    next(file for file in sorted(zarr.rglob("*")) if file.name == "0").write_bytes(b"other values")

    assert upload().ok
    assert files_there(archive) == files_here(zarr)


def test_its_files_are_listed_behind_a_proxy_too(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    archive.page_size, archive.next_page_host = 5, "http://internal.example:8000"
    upload()
    next(file for file in sorted(zarr.rglob("*")) if file.name == "0").write_bytes(b"other values")

    assert upload().ok and files_there(archive) == files_here(zarr)


def test_a_changed_chunk_replaces_the_old_one_alone(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    upload()
    chunk = next(file for file in sorted(zarr.rglob("*")) if file.name == "0")
    chunk.write_bytes(b"other values")
    archive.seen.clear()

    result = upload()

    assert result.ok and result.outcomes[0].action is Action.REPLACED
    assert len(archive.requests("zarr-put")) == 1
    assert not archive.requests("zarr-delete")


def test_leftover_chunks_are_deleted_only_with_prune(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    extra = zarr / "acquisition" / "angle" / "data" / "7"
    extra.write_bytes(b"a chunk that will go")
    upload()
    extra.unlink()

    result = upload()

    assert not result.ok and [each.kind for each in result.differences] == [DifferenceKind.SIZE]
    assert not archive.requests("zarr-delete")
    shown: list[tuple[str, ...]] = []
    assert upload(prune=True, confirm_prune=lambda paths: bool(shown.append(paths) or True)).ok
    assert "chunks" in shown[0][0]
    assert files_there(archive) == files_here(zarr)


def test_a_file_that_became_a_folder_needs_prune_too(upload: Upload, archive: DandiServer, zarr: Path) -> None:
    (zarr / "notes").write_bytes(b"a file at first")
    upload()
    (zarr / "notes").unlink()
    (zarr / "notes").mkdir()
    (zarr / "notes" / "0").write_bytes(b"then a folder")

    result = upload()

    assert "archive-would-delete" in {problem.kind.identifier for problem in result.problems}
    assert "notes" in files_there(archive) and not archive.requests("zarr-delete")
    assert upload(prune=True, confirm_prune=lambda _paths: True).ok
    assert files_there(archive) == files_here(zarr)


def test_it_comes_back_as_it_was_sent(
    upload: Upload, download_check: Callable[..., DownloadCheckResult], archive: DandiServer, zarr: Path
) -> None:
    upload()
    result = download_check()
    assert result.ok and result.bytes_compared == sum(map(len, files_here(zarr).values()))

    some = sorted(files_there(archive))[-1]
    files_there(archive)[some] += b"!"
    damaged = download_check()
    assert not damaged.ok and damaged.problem is not None and some in str(damaged.problem)


def test_a_name_that_would_leave_the_work_folder_is_refused(
    upload: Upload, download_check: Callable[..., DownloadCheckResult], archive: DandiServer, zarr: Path, tmp_path: Path
) -> None:
    from ssc_to_nwb.problems.model import SscError

    upload()
    files_there(archive)["../../escaped"] = b"anything"
    with pytest.raises(SscError) as refused:
        download_check(work_dir=tmp_path)
    assert refused.value.problem.kind.identifier == "archive-not-an-instance"
    assert not list(tmp_path.rglob("escaped"))
