"""Puts finished files in place as the record has them, and an output in order after a run that was killed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming, run_files
from ssc_to_nwb.nwb_file.in_progress import InProgress, put_in_place
from ssc_to_nwb.output_files import remove
from ssc_to_nwb.run.output_state import state_of
from ssc_to_nwb.run.record import Done, lines_by_work

_UNFINISHED = re.compile(
    rf"\..+\.[0-9a-f]{{{naming.TOKEN_CHARACTERS}}}(?:\.(?:old|spare))?{re.escape(naming.IN_PROGRESS_SUFFIX)}"
)


def put_recorded_in_place(done: Done, *, earlier: Path | None = None) -> bool:
    """Give a recorded file its name, if it still waits for that; whether it did.

    earlier: the session's file from before, which goes if it has another name: a file is named after what it holds.
    Each step may have been done already by a run that was killed. Raises OSError.
    """
    if done.token is None:
        return False
    place = InProgress(final=done.output, token=done.token)
    if not place.building.exists() or not state_of(place.building, videos=place.building_videos).same_file(done.state):
        return False
    if earlier is not None and earlier != done.output:
        _remove_finished(earlier)
    put_in_place(place, with_videos=done.state.video_files > 0)
    return True


def put_in_order(lines: Iterable[Mapping[str, Any]], output: Path) -> None:
    """Put in place what a killed run had recorded, and remove what it had begun. Raises OSError of the output."""
    for of_session in lines_by_work(lines).values():
        done = [one for line in of_session if (one := Done.from_line(line, output)) is not None]
        if done:
            put_recorded_in_place(done[-1], earlier=done[-2].output if len(done) > 1 else None)
    remove_unfinished_files(output)


def remove_unfinished_files(output: Path) -> None:
    """Remove what workers that failed or were killed have left, and folders that hold nothing. Raises OSError."""
    remove(*unfinished_files(output))
    for folder in _subject_folders(output):
        if not any(folder.iterdir()):
            folder.rmdir()


def unfinished_files(output: Path) -> Iterator[Path]:
    """What workers and runs that were killed have left half-written."""
    for folder in (*_subject_folders(output), naming.run_folder(output)):
        if folder.is_dir():
            yield from (path for path in folder.iterdir() if _UNFINISHED.fullmatch(path.name))
    if run_files.work_folder(output).is_dir():
        yield from run_files.work_folder(output).iterdir()


def _subject_folders(output: Path) -> list[Path]:
    return [path for path in output.glob(naming.SUBJECT_FOLDERS) if path.is_dir()]


def _remove_finished(nwb: Path) -> None:
    """Remove an NWB file and what belongs to it."""
    remove(nwb)
    remove(naming.video_folder(nwb))
    remove(*(naming.sidecar(nwb, kind) for kind in ("ledger", "record", "report", "validation")))
