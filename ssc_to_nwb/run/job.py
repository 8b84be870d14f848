"""What was asked of a run, what a worker gets to do for a session, and what it gives back; jobs can be pickled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb.data_types.registry import registered_packages
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.options.conversion import ConversionOptions, ConversionRequest, ConvertRequest
from ssc_to_nwb.options.declare import handed_on
from ssc_to_nwb.run.inputs import FileStates, SessionInputs, take_state
from ssc_to_nwb.run.machine import half_the_memory_mb, processors
from ssc_to_nwb.run.places import output_folder
from ssc_to_nwb.run.record import Done
from ssc_to_nwb.run.session_sources import SessionSource


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What was asked for, and what follows from it.

    output: absolute; options: those of the conversion, with the threads and the memory of the whole run.
    """

    request: ConvertRequest
    output: Path
    options: ConversionOptions

    @classmethod
    def of(cls, request: ConversionRequest) -> RunSettings:
        """The settings for a request. Raises output-not-named, output-is-source."""
        return cls(
            request=handed_on(request, ConvertRequest),
            output=output_folder(request.output, source=request.source),
            options=handed_on(request, ConversionOptions, workers=processors(), memory_mb=half_the_memory_mb()),
        )

    @property
    def metadata_files(self) -> tuple[Path, ...]:
        """The user's metadata files."""
        return tuple(Path(path).absolute() for path in self.request.metadata_files)

    @property
    def work_folder(self) -> Path | None:
        """Where packed sessions are unpacked, in the output where None."""
        return None if self.request.work_dir is None else Path(self.request.work_dir).absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionJob:
    """Everything that decides what becomes of one session.

    work: the session's name as a piece of work; made_with: what the session is made with, without its source;
    metadata_state: of the user's metadata files and of what they extend, the packaged ones go with the version;
    metadata: what came of them;
    done: the session as it was done before; why: what changed since; notes: what did without effect; check: that file
    stays if its content (`"output"`) or that of the source files (`"source"`) is what it was; started: when the job was
    handed out; data_types: packages of the user's own, for the worker to register too.
    """

    source: SessionSource
    work: str
    output: Path
    options: ConversionOptions
    attempt: int
    made_with: SessionInputs
    metadata_state: FileStates
    metadata: Metadata
    done: Done | None = None
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    check: Literal["output", "source"] | None = None
    started: str = ""
    data_types: tuple[str, ...] = field(default_factory=registered_packages)

    @property
    def raw(self) -> bool:
        """Whether raw files are looked at."""
        return self.options.raw != "skip"

    def source_state(self, *, raw: bool | None = None) -> FileStates:
        """The state of the source now; raw: with the raw files, as the options say where None.

        Raises source-not-readable.
        """
        return take_state(self.source.path.parent, self.source.sources(raw=self.raw if raw is None else raw))


# What came of a job, and the line that the record gets. Where the outcome is `converted`, the NWB file is whole and
# verified, and waits under its unfinished name to be put in place once the line is written.
JobResult = tuple[SessionOutcome, Mapping[str, Any]]
