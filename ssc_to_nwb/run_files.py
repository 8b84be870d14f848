"""Names of the files that runs keep beside their output, in its hidden folder."""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.naming import run_folder


def run_record(output: Path) -> Path:
    """The record of sessions that came to an end, a JSON line each."""
    return run_folder(output) / "record.jsonl"


def upload_record(output: Path) -> Path:
    """The record of all uploads, a JSON line per event."""
    return run_folder(output) / "upload.jsonl"


def run_lock(output: Path) -> Path:
    """The file that a run holds a lock on."""
    return run_folder(output) / "lock"


def run_card(output: Path) -> Path:
    """Which run has the output; there for as long as it has, and after one that was killed."""
    return run_folder(output) / "run.json"


def work_name(session: str, *, stub: bool) -> str:
    """A session as a piece of work: the same one whole and as a stub are two."""
    return session + ("_stub" if stub else "")


def packed_listing(output: Path) -> Path:
    """What packed files (tar, zip) hold, so that they need not be read through again."""
    return run_folder(output) / "packed.json"


def work_folder(output: Path) -> Path:
    """Where packed sessions are unpacked unless another place is given."""
    return run_folder(output) / "work"
