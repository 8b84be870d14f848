"""Convert sessions to NWB files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ssc_to_nwb.converter.options import Backend, CompressionName, RawMode, VerifyMode
    from ssc_to_nwb.converter.results import OnProgress, SessionOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionResult:
    """What came of a run: one outcome per session, in the order of animal and date."""

    outcomes: tuple[SessionOutcome, ...]

    @property
    def ok(self) -> bool:
        """Whether every session asked for is done."""
        return all(outcome.ok for outcome in self.outcomes)

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The NWB files that stand finished."""
        return tuple(outcome.output for outcome in self.outcomes if outcome.ok and outcome.output is not None)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {"ok": self.ok, "sessions": [outcome.as_dict() for outcome in self.outcomes]}


def convert(
    *,
    source: Path | str,
    output: Path | str,
    sessions: Sequence[str] = (),
    metadata_files: Sequence[Path | str] = (),
    overwrite: bool = False,
    stub: bool = False,
    raw: RawMode = "auto",
    keep_going: bool = False,
    compression: CompressionName = "fast",
    chunk_mb: float = 2.0,
    workers: int = 2,
    memory_mb: float = 256.0,
    verify: VerifyMode = "full",
    allow_unmapped: bool = False,
    backend: Backend = "hdf5",
    on_progress: OnProgress | None = None,
) -> ConversionResult:
    """Convert every session found in `source` to one NWB file each, below `output`, in the layout DANDI expects.

    source: a folder laid out as the data set is, or a session file; sessions: globs over names such as
    `an197522_2013_03_08`, all where empty; metadata_files: YAML files on top of the data set's own, later ones win;
    the other arguments are those of `ConversionOptions`.

    A session that fails does not stop the others; look at `ok` and at the outcomes. Raises SscError where nothing
    can be begun: source-missing, no-session-found, session-found-twice, metadata-file-unreadable.
    """
    from ssc_to_nwb.converter.options import ConversionOptions
    from ssc_to_nwb.converter.results import no_progress
    from ssc_to_nwb.converter.session_file import SessionTask, convert_session
    from ssc_to_nwb.source.session_files import find_session_files, select_sessions

    options = ConversionOptions(
        raw=raw,
        keep_going=keep_going,
        compression=compression,
        chunk_mb=chunk_mb,
        workers=workers,
        memory_mb=memory_mb,
        verify=verify,
        stub=stub,
        overwrite=overwrite,
        allow_unmapped=allow_unmapped,
        backend=backend,
    )
    files = select_sessions(find_session_files(Path(source)), patterns=sessions, source=Path(source))
    tasks = [
        SessionTask(
            session_file=file,
            output=Path(output),
            metadata_files=tuple(Path(path) for path in metadata_files),
            options=options,
        )
        for file in files
    ]
    return ConversionResult(
        outcomes=tuple(convert_session(task, on_progress=on_progress or no_progress) for task in tasks)
    )
