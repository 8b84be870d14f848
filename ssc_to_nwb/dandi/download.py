"""Fetching one asset back from the archive and comparing it, while it comes in, byte for byte with the local file."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import takewhile
from operator import eq
from pathlib import Path

import requests
from dandi.dandiapi import RemoteAsset
from dandi.files import LocalFileAsset

from ssc_to_nwb.dandi.api_key import find_api_key
from ssc_to_nwb.dandi.assets import LocalFiles, find_local_files, list_remote
from ssc_to_nwb.dandi.client import Archive, open_archive
from ssc_to_nwb.dandi.instance import resolve_instance
from ssc_to_nwb.dandi.results import DownloadCheckResult, report
from ssc_to_nwb.options.archive import DownloadCheckRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.validate.dandi_rules import client_messages_to


def run_download_check(options: DownloadCheckRequest) -> DownloadCheckResult:
    """Fetch and compare. Raises SscError for what stops the check; a difference is in the result."""
    instance = resolve_instance(options.instance)
    local_files = find_local_files(Path(options.output))
    key = find_api_key(instance_name=instance.name, variable=options.api_key_variable, needed=False)
    report(options, "connecting", note=instance.name)
    with (
        client_messages_to(lambda _level, _message: None),
        open_archive(options, instance=instance, key=key) as archive,
    ):
        local, remote = _choose(local_files, list_remote(archive.dandiset), options)
        started = time.monotonic()
        same = _same_bytes(archive, local, remote, options=options)
        problem = _difference(local, remote, same=same)
        report(options, "done" if problem is None else "failed", remote, done=same)
        return DownloadCheckResult(
            instance=archive.client.api_url,
            dandiset=archive.dandiset.identifier,
            path=local.path,
            size=remote.size,
            bytes_compared=same,
            first_difference=None if problem is None else same,
            seconds=round(time.monotonic() - started, 3),
            problem=problem,
        )


def _choose(
    local_files: LocalFiles, remote_files: dict[str, RemoteAsset], options: DownloadCheckRequest
) -> tuple[LocalFileAsset, RemoteAsset]:
    """The asset asked for, or one at random (repeatable with a seed) of those that are both here and there."""
    here = {local.path: local for local in local_files.assets}
    both = sorted(set(here) & set(remote_files))
    choices = both if options.asset is None else [path for path in both if path == options.asset]
    if not choices:
        raise error(
            kinds.ARCHIVE_ASSET_MISSING, file=options.asset or options.output, field=f"dandiset {options.dandiset}"
        )
    path = random.Random(options.seed).choice(choices)
    return here[path], remote_files[path]


def _same_bytes(archive: Archive, local: LocalFileAsset, remote: RemoteAsset, *, options: DownloadCheckRequest) -> int:
    """How many bytes of the asset are the same from the beginning.

    A download that is cut goes on where it stopped, with growing waits while nothing arrives.
    """
    waits, same = options.retry.waits(), 0
    while same < remote.size:
        before = same
        failure: requests.RequestException = requests.ConnectionError("the answer ended early")
        try:
            for count, block_size in _blocks_compared(local.filepath, remote, same):
                same += count
                report(options, "downloading", remote, done=same)
                if count < block_size:
                    return same
        except requests.RequestException as problem:
            failure = problem
        if same < remote.size:
            waits = options.retry.waits() if same > before else waits
            found = archive.failure(failure, file=local.path)
            wait_s = found.next_wait_s(waits)
            if wait_s is None:
                raise SscError(found.problem)
            options.stop.wait(wait_s)
    return same


def _blocks_compared(path: Path, remote: RemoteAsset, start: int) -> Iterator[tuple[int, int]]:
    """Of each block that comes, the bytes that are the same from its beginning, and its size."""
    with path.open("rb") as file:
        file.seek(start)
        for block in remote.get_download_file_iter()(start):
            here = file.read(len(block))
            yield len(block) if here == block else sum(takewhile(bool, map(eq, here, block))), len(block)


def _difference(local: LocalFileAsset, remote: RemoteAsset, *, same: int) -> Problem | None:
    """The problem where a local file is not the asset, of which so many bytes are the same."""
    if same == remote.size == local.size:
        return None
    found = f"first difference at byte {same}"
    if same == remote.size:
        found += f": {local.size} bytes here, {same} there"
    return Problem(kind=kinds.ARCHIVE_DOWNLOAD_DIFFERS, file=local.path, expected="the same bytes", found=found)
