"""Names of the files that runs keep beside their output, in its hidden folder."""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.naming import run_folder


def run_record(output: Path) -> Path:
    """The record of all attempts, a JSON line each."""
    return run_folder(output) / "record.jsonl"


def upload_record(output: Path) -> Path:
    """The record of all uploads, a JSON line per event."""
    return run_folder(output) / "upload.jsonl"


def run_lock(output: Path) -> Path:
    """The file that a run holds a lock on."""
    return run_folder(output) / "lock"


def workers_lock(output: Path) -> Path:
    """The file that the processes of a run share a lock on, for as long as they live."""
    return run_folder(output) / "workers.lock"


def work_name(session: str, *, backend: str, stub: bool) -> str:
    """A session as a piece of work: the same one as HDF5, as Zarr and as a stub are three."""
    return session + ("_zarr" if backend == "zarr" else "") + ("_stub" if stub else "")


def attempt_marker(output: Path, work: str) -> Path:
    """There while an attempt at a session is under way, or after one that was killed."""
    return run_folder(output) / "attempts" / f"{work}.json"


def source_list(output: Path, work: str) -> Path:
    """The source files a session was converted from, a line each."""
    return run_folder(output) / "sources" / f"{work}.txt"


def packed_listing(output: Path) -> Path:
    """What packed files (tar, zip) hold, so that they need not be read through again."""
    return run_folder(output) / "packed.json"


def work_folder(output: Path) -> Path:
    """Where packed sessions are unpacked unless another place is given."""
    return run_folder(output) / "work"
