"""How a run goes about what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb.nwb_file.results import OnProgress
from ssc_to_nwb.options.conversion import ConversionOptions, ConversionRequest, ConvertRequest
from ssc_to_nwb.options.declare import handed_on
from ssc_to_nwb.run.machine import half_the_memory_mb, processors
from ssc_to_nwb.run.output_place import output_folder
from ssc_to_nwb.run.workers import Workers

MakeWorkers = Callable[[OnProgress], Workers]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What was asked for, and what follows from it.

    output: absolute; options: those of the conversion, with the threads and the memory of the whole run; workers: makes
    them, given where progress goes, in place of processes of this machine.
    """

    request: ConvertRequest
    output: Path
    options: ConversionOptions
    workers: MakeWorkers | None = None

    @classmethod
    def of(cls, request: ConversionRequest, *, workers: MakeWorkers | None = None) -> RunSettings:
        """The settings for a request. Raises output-not-named, output-is-source."""
        return cls(
            request=handed_on(request, ConvertRequest),
            output=output_folder(request.output, source=request.source),
            options=handed_on(request, ConversionOptions, workers=processors(), memory_mb=half_the_memory_mb()),
            workers=workers,
        )

    @property
    def metadata_files(self) -> tuple[Path, ...]:
        """The user's metadata files."""
        return tuple(Path(path).absolute() for path in self.request.metadata_files)

    @property
    def work_folder(self) -> Path | None:
        """Where packed sessions are unpacked, in the output where None."""
        return None if self.request.work_dir is None else Path(self.request.work_dir).absolute()
