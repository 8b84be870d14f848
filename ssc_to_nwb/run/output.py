"""One run at a time on an output, the card of the run that has it, and order after a run that was killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ssc_to_nwb import naming, run_files
from ssc_to_nwb.output_files import InProgress, put_in_place, remove, write_whole
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.problems.system_errors import NO_LOCKS, name_system_error
from ssc_to_nwb.run.events import now_text
from ssc_to_nwb.run.record import Done, History, state_of

# HDF5's own variable: whoever sets it says that files are to be written without locks of the file system.
_HDF5_VARIABLE = "HDF5_USE_FILE_LOCKING"
_UNPACKED = "ssc-to-nwb-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """The run that has an output, as a file there says: to others who come, and to its own workers wherever they are.

    unpacking_folder: where the run unpacks packed sessions; what a killed run left there is removed by the next one.
    """

    run: str
    host: str
    pid: int
    since: str
    unpacking_folder: str

    def remove_unpacked(self) -> None:
        """Remove what this run has unpacked: the folder with its name, and no other."""
        folder = Path(self.unpacking_folder)
        if folder.name == f"{_UNPACKED}{self.run}":
            shutil.rmtree(folder, ignore_errors=True)

    def is_shown(self, output: Path) -> bool:
        """Whether the output is still this run's."""
        return read_card(output) == self


def read_card(output: Path) -> RunCard | None:
    """The card of the run that has the output, or that was killed while it had it; None where there is none."""
    try:
        return RunCard(**json.loads(run_files.run_card(output).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def output_lock(output: Path, *, work_folder: Path | None = None) -> Iterator[RunCard]:
    """Hold an output for this run, in a system that gives the lock back when the process ends, however it ends.

    The output is made. Packed sessions are unpacked in a folder of the run's own, in `work_folder` or the output.
    Raises output-in-use, output-not-writable, file-locks-missing.
    """
    path = run_files.run_lock(output)
    with _held(path, output):
        earlier = read_card(output)
        run = uuid.uuid4().hex
        folder = (work_folder or run_files.work_folder(output)) / f"{_UNPACKED}{run}"
        card = RunCard(
            run=run, host=socket.gethostname(), pid=os.getpid(), since=now_text(), unpacking_folder=str(folder)
        )
        if earlier is not None:
            earlier.remove_unpacked()
        try:
            write_whole(run_files.run_card(output), json.dumps(asdict(card)))
            yield card
        finally:
            card.remove_unpacked()
            with contextlib.suppress(OSError):
                run_files.run_card(output).unlink(missing_ok=True)
                run_files.work_folder(output).rmdir()


@contextmanager
def _held(path: Path, output: Path) -> Iterator[None]:
    # Workers, which load this module too, hold no lock.
    from filelock import FileLock, SoftFileLock, Timeout

    lock: FileLock | SoftFileLock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except OSError as failure:
            without = os.environ.get(_HDF5_VARIABLE, "").upper() in ("FALSE", "0")
            if isinstance(failure, Timeout) or failure.errno not in NO_LOCKS or not without:
                raise
            # A file that is made by one alone; it stays where the run is killed, and filelock knows the dead of a host.
            lock = SoftFileLock(path.with_name(f"{path.name}.made"))
            lock.acquire(timeout=0)
    except Timeout as failure:
        card = read_card(output)
        holder = "another process" if card is None else f"process {card.pid} on {card.host}, since {card.since}"
        raise error(kinds.OUTPUT_IN_USE, file=output, found=holder) from failure
    except OSError as failure:
        if failure.errno in NO_LOCKS:
            raise error(kinds.FILE_LOCKS_MISSING, file=path, found=failure) from failure
        raise name_system_error(failure, path) from failure
    try:
        yield
    finally:
        lock.release()


def put_recorded_in_place(done: Done, *, before: Done | None) -> bool:
    """Give a recorded file its name, if it still waits for that; whether it did.

    before: the session as it was done before. That file goes if it has another name: a file is named after what it
    holds. Each step may have been done already by a run that was killed. Raises OSError.
    """
    if done.token is None:
        return False
    place = InProgress(final=done.output, token=done.token)
    if not place.building.exists() or not state_of(place.building, videos=place.building_videos).same_file(done.state):
        return False
    if before is not None and before.output != done.output:
        sidecars = [naming.sidecar(before.output, kind) for kind in ("ledger", "record", "report", "validation")]
        remove(before.output, naming.video_folder(before.output), *sidecars)
    put_in_place(place, with_videos=done.state.video_files > 0)
    return True


def put_in_order(histories: Iterable[History], output: Path) -> None:
    """Put in place what a killed run had recorded, and remove what it had begun. Raises OSError of the output."""
    for history in histories:
        if history.done:
            put_recorded_in_place(history.done[-1], before=history.done[-2] if len(history.done) > 1 else None)
    remove_unfinished_files(output)


def remove_unfinished_files(output: Path) -> None:
    """Remove what workers that failed or were killed have left, and folders that hold nothing. Raises OSError."""
    subjects = [path for path in output.glob(naming.SUBJECT_FOLDERS) if path.is_dir()]
    for folder in (*subjects, naming.run_folder(output)):
        remove(*folder.glob(naming.in_progress_pattern()))
    remove(*run_files.work_folder(output).glob("*"))
    for folder in subjects:
        if not any(folder.iterdir()):
            folder.rmdir()
