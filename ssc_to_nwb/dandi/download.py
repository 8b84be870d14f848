"""Fetching one asset back from the archive and comparing it, while it comes in, byte for byte with the local file."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from operator import eq
from pathlib import Path

import requests
from dandi.dandiapi import RemoteAsset
from dandi.files import LocalFileAsset

from ssc_to_nwb.dandi.api_key import find_api_key
from ssc_to_nwb.dandi.assets import LocalFiles, find_local_files, list_remote
from ssc_to_nwb.dandi.client import Archive, client_messages_to, open_archive
from ssc_to_nwb.dandi.instance import resolve_instance
from ssc_to_nwb.dandi.results import DownloadCheckResult, Stage, report
from ssc_to_nwb.options.archive import DownloadCheckRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error


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
        same, problem = _Check(archive=archive, local=local, remote=remote, options=options).run()
        stage: Stage = "done" if problem is None else "failed"
        report(options, stage, path=local.path, done=same, total=remote.size)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """One asset under comparison."""

    archive: Archive
    local: LocalFileAsset
    remote: RemoteAsset
    options: DownloadCheckRequest

    def run(self) -> tuple[int, Problem | None]:
        """How many bytes are the same from the beginning, and the problem where something differs.

        A download that is cut goes on where it stopped, with growing waits while nothing arrives.
        """
        waits, same = self.options.retry.waits(), 0
        while True:
            before = same
            failure: requests.RequestException = requests.ConnectionError("the answer ended early")
            try:
                for reached, equal in self._compared_from(same):
                    same = reached
                    if not equal:
                        return same, self._difference(same, equal=False)
                if same >= self.remote.size:
                    return same, self._difference(same, equal=True)
            except requests.RequestException as problem:
                failure = problem
            waits = self.options.retry.waits() if same > before else waits
            self._wait_after(failure, waits)

    def _compared_from(self, same: int) -> Iterator[tuple[int, bool]]:
        """After each block that comes: the bytes that are the same so far, and whether there was no difference."""
        with self.local.filepath.open("rb") as file:
            file.seek(same)
            for block in self.remote.get_download_file_iter()(same):
                here = file.read(len(block))
                same += len(block) if here == block else sum(takewhile(bool, map(eq, here, block)))
                report(self.options, "downloading", path=self.local.path, done=same, total=self.remote.size)
                yield same, here == block

    def _wait_after(self, failure: requests.RequestException, waits: Iterator[float]) -> None:
        """Wait before the next try; raises SscError where there is none."""
        found = self.archive.failure(failure, file=self.local.path)
        wait_s = next(waits, None) if found.retriable else None
        if wait_s is None:
            raise SscError(found.problem)
        self.options.stop.wait(max(wait_s, found.retry_after_s))

    def _difference(self, same: int, *, equal: bool) -> Problem | None:
        size = self.local.size
        if equal and size == same:
            return None
        found = f"first difference at byte {same}"
        if equal:
            found += f": {size} bytes here, {same} there"
        return Problem(
            kind=kinds.ARCHIVE_DOWNLOAD_DIFFERS, file=self.local.path, expected="the same bytes", found=found
        )
