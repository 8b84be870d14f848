"""Puts an output in order after runs that did not live to their end.

What such a run had put in place whole and verified is taken into the record; what it had begun is noted as killed; and
its unfinished files are removed. Called under the output's lock, when no process of that run is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ssc_to_nwb import naming, run_files
from ssc_to_nwb.nwb_file.in_progress import remove
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.run.attempt_line import attempt_line
from ssc_to_nwb.run.clock_text import now_text
from ssc_to_nwb.run.marker import read_marker
from ssc_to_nwb.run.output_state import OutputState, state_of_output
from ssc_to_nwb.run.record import Line, RunRecord

_UNFINISHED = re.compile(
    rf"\..+\.[0-9a-f]{{{naming.TOKEN_CHARACTERS}}}(?:\.(?:old|spare))?{re.escape(naming.IN_PROGRESS_SUFFIX)}"
)


def settle(output: Path, record: RunRecord) -> None:
    """Bring record and output to a state that tells what is done. Raises record-unwritable; OSError of the output."""
    known = {line.get("token") for line in record.lines}
    for path in sorted(run_files.attempt_marker(output, "x").parent.glob("*.json")):
        marker = read_marker(path)
        if marker is not None and marker.get("token") not in known:
            record.append(_line_of(marker, work=path.stem, output=output))
        path.unlink(missing_ok=True)
    remove_unfinished_files(output)


def remove_unfinished_files(output: Path) -> None:
    """Remove what attempts that failed or were killed have left, and folders that hold nothing. Raises OSError."""
    for path in unfinished_files(output):
        remove(path)
    for folder in _subject_folders(output):
        if not any(folder.iterdir()):
            folder.rmdir()


def _subject_folders(output: Path) -> list[Path]:
    return [path for path in output.glob(naming.SUBJECT_FOLDERS) if path.is_dir()]


def unfinished_files(output: Path) -> Iterator[Path]:
    """What attempts that were killed have left: half-written files, and what was unpacked in the default place."""
    for folder in _subject_folders(output):
        yield from (path for path in folder.iterdir() if _UNFINISHED.fullmatch(path.name))
    for name in ("attempts", "sources"):
        yield from naming.run_folder(output).glob(f"{name}/.*")
    if run_files.work_folder(output).is_dir():
        yield run_files.work_folder(output)


def remove_superseded(line: Line, earlier: Path | None, output: Path) -> Path | None:
    """Remove the NWB file of an earlier attempt where the new one has another name; returns what was removed.

    A session's file is named after what it holds, so the name changes when raw files join.
    """
    if earlier is None or line["output"] is None or earlier == output / line["output"]["path"]:
        return None
    if not earlier.exists():
        return None
    remove(earlier)
    if not naming.other_backend(earlier).exists():
        remove(naming.video_folder(earlier))
    for kind in ("ledger", "record", "report", "validation"):
        naming.sidecar(earlier, kind).unlink(missing_ok=True)
    return earlier


def _line_of(marker: Line, *, work: str, output: Path) -> Line:
    """What the record says of an attempt that did not live to say it: its own words, if its file is in place."""
    finished = finished_line(marker, output)
    if finished is not None:
        return finished
    died = error(kinds.WORKER_DIED, found=f"process {marker.get('pid')} on {marker.get('host')}").problem
    session = str(marker.get("session", work))
    return attempt_line(
        work=work,
        attempt=marker.get("attempt", 1),
        token=marker.get("token"),
        started=marker.get("started", ""),
        finished=now_text(),
        outcome=SessionOutcome(session=session, source=Path(), status="failed", error=died),
        status="killed",
        was_ready=marker.get("prepared") is not None,
    )


def finished_line(marker: Line, output: Path) -> Line | None:
    """The line an attempt had prepared, where the file that it speaks of is in place; else None."""
    prepared = marker.get("prepared")
    if prepared is None or not _is_in_place(prepared, output):
        return None
    note = error(kinds.TAKEN_OVER, file=prepared["output"]["path"]).problem
    group = {"identifier": note.kind.identifier, "count": 1, "first": note.as_dict()}
    return {**prepared, "warnings": [*prepared["warnings"], group]}


def _is_in_place(prepared: Line, output: Path) -> bool:
    try:
        state = OutputState.from_dict(prepared["output"]["state"])
        found = state_of_output(output / prepared["output"]["path"])
        return found is not None and found.same_as(state)
    except (KeyError, TypeError):
        return False
