"""What a line of the record says of a session that was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming, run_files
from ssc_to_nwb._version import __version__
from ssc_to_nwb.ledger.ledger_file import read_ledger
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import Problem, error
from ssc_to_nwb.run.inputs import SessionInputs
from ssc_to_nwb.run.output_state import OutputState
from ssc_to_nwb.run.record import read_record

# Statuses of lines after which the session's NWB file stands.
DONE_STATUSES = ("converted", "confirmed")
# Of files from before the number was written down.
_FIRST_LAYOUT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A session that was done: where its NWB file stands, in what state that was left, and what it was made from.

    layout: number of the layout of the file's contents; overcome: kinds of errors that the conversion went on in spite
    of, as it was asked to.
    """

    output: Path
    state: OutputState
    inputs: SessionInputs
    verified: str
    digest: str | None
    layout: int
    overcome: tuple[str, ...]

    @classmethod
    def from_line(cls, line: Mapping[str, Any], output: Path) -> Done | None:
        """What a line says; None where it does not say that the session was done, or not in a form known here."""
        if line.get("status") not in DONE_STATUSES:
            return None
        try:
            return cls(
                output=output / line["output"]["path"],
                state=OutputState.from_dict(line["output"]["state"]),
                inputs=SessionInputs.from_dict(line["inputs"]),
                verified=line["verified"],
                digest=line["digest"],
                layout=line.get(naming.FILE_LAYOUT_ITEM, _FIRST_LAYOUT),
                overcome=tuple(line.get("overcome", ())),
            )
        except (KeyError, TypeError):
            return None

    def source_hashes(self) -> dict[str, str]:
        """SHA-256 of the source files by name, as the ledger beside the NWB file has them. Raises ledger-*."""
        ledger = read_ledger(naming.sidecar(self.output, "ledger"))
        return {entry.source: entry.sha256 for entry in ledger.files if entry.sha256 is not None}

    @property
    def raw(self) -> bool:
        """Whether raw files were looked at."""
        return bool(self.inputs.options.get("raw") != "skip")

    def outcome(
        self, *, session: str, source: Path, seconds: Mapping[str, float] | None = None, notes: Sequence[str] = ()
    ) -> SessionOutcome:
        """The outcome of letting the session stand; notes: what differs now, and leaves the contents as they are."""
        problems: tuple[Problem, ...] = ()
        if notes:
            problems = (error(kinds.SESSION_STANDS, file=self.output, found="; ".join(notes)).problem,)
        return SessionOutcome(
            session=session,
            source=source,
            status="skipped",
            output=self.output,
            output_bytes=self.state.size,
            verified=self.verified,
            digest=self.digest,
            problems=problems,
            seconds=dict(seconds or {}),
        )


def recorded_digest(nwb: Path) -> str | None:
    """The digest that the newest line of its output's record has of an NWB file; None where it has none.

    A digest made by another version of this package is none: it may have covered something else. Raises OSError.
    """
    output, newest = nwb.parent.parent, None
    for line in read_record(run_files.run_record(output)):
        done = Done.from_line(line, output)
        if done is not None and done.output == nwb:
            newest = done
    return newest.digest if newest is not None and newest.inputs.version == __version__ else None


def last_lines(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The lines of each piece of work, oldest first."""
    by_work: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        by_work.setdefault(str(line.get("work")), []).append(line)
    return by_work
