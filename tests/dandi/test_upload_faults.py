"""Faults on the way: overcome within the run where that is possible, and always by running the same again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from archive_samples import NWB, VIDEO_FOLDER
from dandi_server import DandiServer
from levels import mostly_long
from patience import wait_until

from ssc_to_nwb.dandi.results import Stage, TransferProgress, UploadResult
from ssc_to_nwb.json_lines import read_json_lines
from ssc_to_nwb.options.archive import RetryPolicy
from ssc_to_nwb.run_files import upload_record

Upload = Callable[..., UploadResult]
VIDEO = f"{VIDEO_FOLDER}/trial_2.mp4"
ONCE = RetryPolicy(attempts=1)

# (step, what goes wrong)
FAULTS = [
    ("part", "drop"),
    ("part", "drop-after"),
    ("part", "500"),
    ("part", "503"),
    ("part", "429"),
    ("part", "expire"),
    ("part", "corrupt"),
    ("initialize", "500"),
    ("initialize", "429"),
    ("initialize", "drop"),
    ("initialize", "drop-after"),
    ("complete", "lose"),
    ("complete", "500"),
    ("complete", "drop-after"),
    ("storage-complete", "drop"),
    ("storage-complete", "drop-after"),
    ("storage-complete", "500"),
    ("storage-complete", "503"),
    ("storage-complete", "expire"),
    ("storage-complete", "error-in-200"),
    ("validate", "lose"),
    ("validate", "500"),
    ("validate", "400"),
    ("validate", "drop-after"),
    ("create", "drop"),
    ("create", "drop-after"),
    ("create", "502"),
    ("create", "423"),
    ("list", "500"),
    ("list", "drop"),
    ("users-me", "503"),
    ("dandiset", "drop"),
    ("info", "drop"),
    ("info", "502"),
]


# Each step of sending a file once, with another way to go wrong.
IN_QUICK = [
    ("part", "expire"),
    ("initialize", "429"),
    ("complete", "lose"),
    ("storage-complete", "error-in-200"),
    ("validate", "400"),
    ("create", "drop-after"),
    ("list", "500"),
    ("dandiset", "drop"),
]


def problems(result: UploadResult) -> set[str]:
    return {problem.kind.identifier for problem in result.problems}


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(("step", "action"), mostly_long(FAULTS, quick=IN_QUICK.__contains__))
def test_a_passing_fault_is_overcome_within_the_run(
    upload: Upload, archive: DandiServer, same_there: Callable[[], bool], step: str, action: str
) -> None:
    archive.fail(step, action)

    result = upload()

    assert not archive.faults, "the fault was not met"
    assert result.ok and same_there()


# A fault that stays: the problem it ends in, and how often the request has to fail for that.
LASTING = [
    ("part", "drop", "archive-unreachable", 200),
    ("part", "500", "archive-server-failing", 200),
    ("part", "429", "archive-server-failing", 200),
    ("part", "expire", "archive-upload-lost", 200),
    ("part", "corrupt", "archive-transfer-corrupt", 200),
    ("complete", "lose", "archive-upload-lost", 200),
    ("validate", "400", "archive-transfer-corrupt", 200),
    ("create", "500", "archive-server-failing", 200),
    ("create", "400", "archive-refused", 1),
]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    ("step", "action", "identifier", "times"),
    mostly_long(LASTING, quick=lambda case: case[1] == "corrupt" or case[3] == 1),
)
def test_a_lasting_fault_is_named_and_a_second_run_ends_complete(
    upload: Upload,
    archive: DandiServer,
    same_there: Callable[[], bool],
    step: str,
    action: str,
    identifier: str,
    times: int,
) -> None:
    archive.fail(step, action, times=times)

    result = upload(retry=RetryPolicy(attempts=2, first_wait_s=0.01, jitter=0.0))

    assert not result.ok
    assert identifier in problems(result), [str(problem) for problem in result.problems]
    failed = [outcome for outcome in result.outcomes if outcome.status == "failed"]
    assert failed and failed[0].problem is not None and "again" in failed[0].problem.kind.remedy
    archive.faults.clear()
    assert upload().ok
    assert same_there()


def test_an_asset_that_is_gone_when_it_is_to_be_replaced_is_made_again(
    upload: Upload, archive: DandiServer, output: Path, same_there: Callable[[], bool]
) -> None:
    """Somebody replaced or removed it on the web page since it was looked up: 404, which is not the dandiset's."""
    upload()
    (output / VIDEO).write_bytes(b"changed")
    archive.fail("replace", "404")

    assert upload().ok and same_there()
    assert not archive.faults


def test_what_arrived_before_the_fault_is_not_sent_twice(upload: Upload, archive: DandiServer) -> None:
    archive.fail("part", "expire", skip=1, times=2)
    assert not upload(jobs=1, retry=ONCE).ok
    sent_before = len(archive.contents())
    archive.faults.clear()
    archive.seen.clear()

    result = upload()

    assert sent_before == 1
    assert result.ok and result.resumed
    assert len(archive.requests("create")) == 2


def test_one_file_that_fails_does_not_stop_the_others(upload: Upload, archive: DandiServer) -> None:
    archive.fail("create", "400")
    result = upload(jobs=1)

    assert sorted(outcome.status for outcome in result.outcomes) == ["failed", "not tried", "uploaded"]
    assert [outcome.path for outcome in result.outcomes if outcome.status == "not tried"] == [NWB]


def test_after_the_key_is_withdrawn_nothing_more_is_tried(upload: Upload, archive: DandiServer) -> None:
    def withdraw(step: TransferProgress) -> None:
        if step.stage == "uploading" and step.path is None:
            archive.model.users.clear()

    result = upload(jobs=1, on_progress=withdraw)

    assert "archive-key-refused" in problems(result)
    assert not result.compared
    assert sum(outcome.status == "failed" for outcome in result.outcomes) == 1


def test_waits_grow_and_heed_what_the_server_asks(upload: Upload, archive: DandiServer, output: Path) -> None:
    archive.fail("create", "503", times=3, retry_after=1)
    notes: list[str] = []
    started = time.monotonic()
    result = upload(jobs=1, on_progress=lambda step: notes.append(step.note) if step.stage == "waiting" else None)

    # Three tries of the client within the first of ours; then it gets through.
    assert result.ok
    assert len(notes) == 1
    assert time.monotonic() - started >= 1
    tries = [event for event in read_json_lines(upload_record(output)) if event["event"] == "try-failed"]
    assert [event["attempt"] for event in tries] == [1]
    waits = list(RetryPolicy(attempts=6, first_wait_s=2, growth=2, longest_wait_s=10, jitter=0).waits())
    assert waits == [2, 4, 8, 10, 10]


class TestFileChanges:
    """A file that is written to while it is uploaded."""

    @pytest.mark.parametrize("stage", ["checksum", "uploading"])
    def test_it_is_named_and_a_second_run_ends_complete(
        self, upload: Upload, output: Path, same_there: Callable[[], bool], stage: Stage
    ) -> None:
        changed = threading.Event()

        def write(step: TransferProgress) -> None:
            if step.stage is stage and step.path == VIDEO and not changed.is_set():
                if stage == "checksum" and not started.is_set():
                    started.set()  # the first checksum is the plan's
                    return
                changed.set()
                with (output / VIDEO).open("ab") as video:
                    video.write(b"more")

        started = threading.Event()
        result = upload(on_progress=write)

        assert changed.is_set()
        assert "archive-file-changed" in problems(result) and not result.ok
        assert upload().ok
        assert same_there()

    def test_a_change_of_the_time_stamp_alone_counts(self, upload: Upload, output: Path) -> None:
        def touch(step: TransferProgress) -> None:
            if step.stage == "uploading" and step.path is None:
                os.utime(output / VIDEO, (1, 1))

        assert "archive-file-changed" in problems(upload(on_progress=touch))
        assert upload().ok

    def test_a_file_that_vanishes(self, upload: Upload, output: Path) -> None:
        content = (output / VIDEO).read_bytes()

        def remove(step: TransferProgress) -> None:
            if step.stage == "uploading" and step.path is None:
                (output / VIDEO).unlink()

        result = upload(on_progress=remove)

        assert "archive-file-changed" in problems(result) and not result.ok
        (output / VIDEO).write_bytes(content)
        assert upload().ok


class TestInterruption:
    """Stopped from outside."""

    @pytest.mark.usefixtures("small_parts")
    def test_stopping_ends_soon_and_a_second_run_ends_complete(
        self, upload: Upload, same_there: Callable[[], bool]
    ) -> None:
        stop = threading.Event()

        result = upload(jobs=1, stop=stop, on_progress=lambda step: stop.set() if step.bytes_done else None)

        assert "archive-interrupted" in problems(result) and not result.ok and not result.compared
        assert "not tried" in {outcome.status for outcome in result.outcomes}
        assert upload().ok
        assert same_there()

    def test_ctrl_c_hands_back_what_was_done(self, upload: Upload, same_there: Callable[[], bool]) -> None:
        def interrupt(step: TransferProgress) -> None:
            if step.stage == "comparing":
                raise KeyboardInterrupt

        result = upload(on_progress=interrupt)

        assert "archive-interrupted" in problems(result) and not result.ok
        assert {outcome.status for outcome in result.outcomes} == {"uploaded"}
        assert upload().ok and same_there()

    @pytest.mark.parametrize("step", mostly_long(["initialize", "part", "storage-complete"], quick="part".__eq__))
    def test_a_host_that_has_gone_silent_holds_nobody_up(
        self, upload: Upload, archive: DandiServer, same_there: Callable[[], bool], step: str
    ) -> None:
        """The function returns; a thread that waits for the answer ends with the connection."""
        archive.fail(step, "silence", times=100)
        stop = threading.Event()

        def stop_once_silent() -> None:
            wait_until(lambda: bool(archive.requests(step)))
            stop.set()

        stopper = threading.Thread(target=stop_once_silent)
        stopper.start()

        result = upload(stop=stop)

        stopper.join()
        assert archive.requests(step)
        assert "archive-interrupted" in problems(result) and not result.ok
        archive.faults.clear()
        assert upload().ok and same_there()

    def test_a_wait_is_cut_short(self, upload: Upload, archive: DandiServer) -> None:
        archive.fail("create", "500", times=100)
        stop = threading.Event()
        patient = RetryPolicy(attempts=3, first_wait_s=3600, longest_wait_s=3600)

        result = upload(
            retry=patient, stop=stop, on_progress=lambda step: stop.set() if step.stage == "waiting" else None
        )

        assert "archive-interrupted" in problems(result)
        archive.faults.clear()
        assert upload().ok


@pytest.mark.usefixtures("small_parts")
def test_a_failed_part_ends_the_others_of_its_file(upload: Upload, archive: DandiServer) -> None:
    """The dandi client by itself would send all of them, each with its twelve tries, before it says so."""
    archive.fail("part", "expire")
    upload(jobs=1, jobs_per_file=1, retry=ONCE)

    # Of the first video's four parts, the first failed and the rest were not sent.
    first = archive.requests("part")[0].path
    assert [request.path for request in archive.requests("part")].count(first) == 1


@pytest.mark.usefixtures("small_parts")
def test_a_store_that_is_away_in_the_middle_of_a_file(
    upload: Upload, archive: DandiServer, same_there: Callable[[], bool]
) -> None:
    """Longer than the dandi client waits for it: the file is sent again from its beginning."""
    archive.fail("part", "drop", skip=2, times=8)

    result = upload(jobs=1, jobs_per_file=1)

    assert result.ok and same_there()
    assert max(outcome.attempts for outcome in result.outcomes) > 1


def test_an_asset_whose_creation_was_not_confirmed_is_found_there(upload: Upload, archive: DandiServer) -> None:
    """The answer to `create` was lost: the next try finds the asset there and is done."""
    archive.fail("create", "drop-after")
    result = upload(jobs=1)

    assert result.ok
    assert result.outcomes[1].attempts == 2
    assert len(archive.contents()) == 3
