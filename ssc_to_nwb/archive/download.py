"""Fetching one asset back from the archive and comparing it byte for byte with the local file."""

from __future__ import annotations

import errno
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
from dandi.dandiapi import BaseRemoteBlobAsset, BaseRemoteZarrAsset

from ssc_to_nwb.archive.api_key import find_api_key
from ssc_to_nwb.archive.client import Archive, open_archive
from ssc_to_nwb.archive.failures import as_problem
from ssc_to_nwb.archive.instance import resolve_instance
from ssc_to_nwb.archive.library_log import library_messages_to
from ssc_to_nwb.archive.local_assets import LocalFile, LocalFiles, find_local_files
from ssc_to_nwb.archive.remote import RemoteFile, list_remote
from ssc_to_nwb.archive.results import DownloadCheckResult, Progress, Stage
from ssc_to_nwb.archive.retry import RetryPolicy
from ssc_to_nwb.archive.waits import interruptible_waits
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import Problem, SscError, error

_BLOCK_BYTES = 4 << 20
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOptions:
    """What a check is told. See `ssc_to_nwb.api.archive.download_check` for each."""

    root: Path
    dandiset: str
    instance: str
    api_key_variable: str | None
    asset: str | None
    seed: int | None
    work_dir: Path | None
    keep: bool
    retry: RetryPolicy
    first_contact: RetryPolicy
    on_progress: Callable[[Progress], None]
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class _Piece:
    """One file of an asset: where it lies here, its size at the archive, and how to fetch it from an offset on."""

    name: str
    local: Path
    size: int
    fetch: Callable[[int], Iterator[bytes]]


def run_download_check(options: DownloadOptions) -> DownloadCheckResult:
    """Fetch and compare. Raises SscError for what stops the check; a difference is in the result."""
    instance = resolve_instance(options.instance)
    key = find_api_key(instance_name=instance.name, variable=options.api_key_variable)
    local_files = find_local_files(options.root)
    options.on_progress(Progress(stage=Stage.CONNECTING, note=instance.name))
    with (
        library_messages_to(lambda _level, _message: None),
        interruptible_waits(options.stop),
        open_archive(
            instance=instance,
            dandiset=options.dandiset,
            key=key,
            stop=options.stop,
            allow_embargoed=True,
            retry=options.first_contact,
        ) as archive,
    ):
        try:
            local, remote = _choose(local_files, list_remote(archive.dandiset), options)
            return _fetch_and_compare(archive, local, remote, options)
        except requests.RequestException as problem:
            raise SscError(_problem(problem, archive)) from None


def _choose(
    local_files: LocalFiles, remote_files: dict[str, RemoteFile], options: DownloadOptions
) -> tuple[LocalFile, RemoteFile]:
    """The asset asked for, or one at random (repeatable with a seed) of those that are both here and there."""
    here = {local.path: local for local in local_files.assets}
    if options.asset is not None:
        choices = [options.asset] if options.asset in here and options.asset in remote_files else []
    else:
        choices = sorted(set(here) & set(remote_files))
    if not choices:
        raise error(kinds.NOT_IN_ARCHIVE, file=options.asset or options.root, field=f"dandiset {options.dandiset}")
    path = random.Random(options.seed).choice(choices)
    return here[path], remote_files[path]


def _fetch_and_compare(
    archive: Archive, local: LocalFile, remote: RemoteFile, options: DownloadOptions
) -> DownloadCheckResult:
    started = time.monotonic()
    work_dir = _work_dir(options, local)
    try:
        _require_space(work_dir, remote.size)
        compared, problem = _compare_pieces(archive, local, remote, work_dir, options)
    finally:
        if not options.keep:
            shutil.rmtree(work_dir, ignore_errors=True)
    options.on_progress(Progress(stage=Stage.DONE if problem is None else Stage.FAILED, path=local.path))
    return DownloadCheckResult(
        instance=archive.instance.api_url,
        dandiset=archive.dandiset.identifier,
        path=local.path,
        size=remote.size,
        bytes_compared=compared,
        first_difference=compared if problem is not None else None,
        kept=work_dir if options.keep else None,
        seconds=time.monotonic() - started,
        problem=problem,
    )


def _compare_pieces(
    archive: Archive, local: LocalFile, remote: RemoteFile, work_dir: Path, options: DownloadOptions
) -> tuple[int, Problem | None]:
    """How many bytes are the same from the beginning, and the problem where something differs."""
    compared = 0
    for piece in _pieces(local, remote):
        fetched = work_dir / piece.name
        fetched.parent.mkdir(parents=True, exist_ok=True)
        _fetch(archive, piece, fetched, done=compared, total=remote.size, path=local.path, options=options)
        offset = first_differing_byte(fetched, piece.local) if piece.local.is_file() else 0
        if offset is not None:
            return compared + offset, _differs(local, piece, offset)
        compared += piece.size
        if not options.keep:
            fetched.unlink()
    return compared, _missing_pieces(local, remote)


def _pieces(local: LocalFile, remote: RemoteFile) -> Iterator[_Piece]:
    """The one file of a blob, or the many of a Zarr."""
    asset = remote.asset
    if isinstance(asset, BaseRemoteBlobAsset):
        yield _Piece(local.file.name, local.file, remote.size, asset.get_download_file_iter())
    elif isinstance(asset, BaseRemoteZarrAsset):
        for entry in asset.iterfiles():
            if any(part in ("", ".", "..") or set(part) & set("\\:") for part in entry.parts):
                # The name decides where the download is written.
                raise error(kinds.NOT_AN_ARCHIVE, field=local.path, expected="a path inside the Zarr", found=entry)
            yield _Piece(str(entry), local.file.joinpath(*entry.parts), entry.size, entry.get_download_file_iter())


def _missing_pieces(local: LocalFile, remote: RemoteFile) -> Problem | None:
    """Files of a Zarr that are here and not at the archive."""
    if not isinstance(remote.asset, BaseRemoteZarrAsset):
        return None
    there = {str(entry) for entry in remote.asset.iterfiles()}
    here = {file.relative_to(local.file).as_posix() for file in local.file.rglob("*") if file.is_file()}
    missing = sorted(here - there)
    return Problem(kind=kinds.DOWNLOAD_DIFFERS, file=local.path, found=f"{missing[0]} missing") if missing else None


def _fetch(
    archive: Archive, piece: _Piece, target: Path, *, done: int, total: int, path: str, options: DownloadOptions
) -> None:
    """Download to `target`; after a fault goes on where it stopped, with growing waits while nothing arrives."""
    waits = options.retry.waits()
    received = 0
    while received < piece.size or not target.exists():
        before = received
        try:
            with target.open("r+b" if received else "wb") as file:
                file.seek(received)
                for block in piece.fetch(received):
                    file.write(block[: piece.size - received])
                    received += len(block)
                    options.on_progress(
                        Progress(
                            stage=Stage.DOWNLOADING,
                            path=path,
                            bytes_done=min(done + received, total),
                            bytes_total=total,
                        )
                    )
            if received < piece.size:
                raise requests.ConnectionError("the answer ended early")
        except requests.RequestException as problem:
            waits = options.retry.waits() if received > before else waits
            failure = as_problem(problem, api_url=archive.client.api_url, redact=archive.redact, file=path)
            wait_s = next(waits, None) if failure.retriable else None
            if wait_s is None:
                raise SscError(failure.problem) from None
            options.stop.wait(max(wait_s, failure.retry_after_s))
        except OSError as problem:
            raise _cannot_write(problem, target.parent) from None


def first_differing_byte(one: Path, other: Path) -> int | None:
    """The offset of the first byte in which two files differ (or at which one ends); None where they are the same."""
    offset = 0
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            left, right = first.read(_BLOCK_BYTES), second.read(_BLOCK_BYTES)
            if left != right:
                shared = min(len(left), len(right))
                pairs = zip(left[:shared], right[:shared], strict=True)
                return offset + next((at for at, (a, b) in enumerate(pairs) if a != b), shared)
            if not left:
                return None
            offset += len(left)


def _work_dir(options: DownloadOptions, local: LocalFile) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="ssc-to-nwb-", dir=options.work_dir))
    except OSError as problem:
        raise _cannot_write(problem, options.work_dir or local.file.parent) from None


def _require_space(work_dir: Path, size: int) -> None:
    free = shutil.disk_usage(work_dir).free
    if free < size:
        raise error(kinds.DOWNLOAD_DISK_FULL, file=work_dir, expected=f"{size} bytes free", found=f"{free} bytes free")


def _cannot_write(problem: OSError, folder: Path) -> SscError:
    kind = kinds.DOWNLOAD_DISK_FULL if problem.errno in _DISK_FULL else kinds.DOWNLOAD_UNWRITABLE
    return error(kind, file=folder, detail=problem.strerror)


def _differs(local: LocalFile, piece: _Piece, offset: int) -> Problem:
    where = f"byte {offset}" if piece.local == local.file else f"byte {offset} of {piece.name}"
    return Problem(
        kind=kinds.DOWNLOAD_DIFFERS, file=local.path, expected="the same bytes", found=f"first difference at {where}"
    )


def _problem(problem: Exception, archive: Archive) -> Problem:
    return as_problem(problem, api_url=archive.client.api_url, redact=archive.redact).problem
