"""The verification of a file before it gets its name."""

from __future__ import annotations

from pathlib import Path

from tiny_sessions import write_tiny

from ssc_to_nwb.nwb_file.options import ConversionOptions
from ssc_to_nwb.nwb_file.results import Progress
from ssc_to_nwb.nwb_file.session_file import convert_session
from ssc_to_nwb.nwb_file.task import SessionTask
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.run.verification import verify_finished
from ssc_to_nwb.source_files.session_files import find_session_files


def test_an_attempt_that_is_superseded_while_frames_are_compared_is_not_taken_for_a_difference(tmp_path: Path) -> None:
    write_tiny(tmp_path / "source", raw=True)
    (file,) = find_session_files(tmp_path / "source")
    task = SessionTask(session_file=file, output=tmp_path / "nwb", options=ConversionOptions())

    def superseded(progress: Progress) -> None:
        if progress.stage == "verify" and progress.done_bytes:
            raise error(kinds.ATTEMPT_SUPERSEDED, found="another")

    outcome = convert_session(task, on_progress=superseded, verify=verify_finished)
    assert outcome.error is not None
    assert outcome.error.kind is kinds.ATTEMPT_SUPERSEDED
    assert not list((tmp_path / "nwb").rglob("*.nwb"))
