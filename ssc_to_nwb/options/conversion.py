"""What can be asked of a conversion, and of its plan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, declared, option, python_only
from ssc_to_nwb.options.sources import SourceRequest

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ssc_to_nwb.nwb_file.results import OnProgress
    from ssc_to_nwb.run.events import OnEvent

RawMode = Literal["auto", "require", "skip"]
CompressionName = Literal["fast", "small", "none"]
VerifyMode = Literal["full", "sample", "off"]


@dataclass(frozen=True, kw_only=True)
class ConversionChoices:
    """What decides what a conversion does, and with how much of the machine."""

    overwrite: bool = option(False, "Replace NWB files that exist.")
    stub: bool = option(False, "Write small but valid files: a few trials, every data type.", recorded="file")
    raw: RawMode = option(
        "auto", "Raw files: use what is there, require all that are listed, or use none.", recorded="file"
    )
    keep_going: bool = option(False, "Turn damaged raw files into gaps, with a warning.", recorded="file")
    compression: CompressionName = option(
        "fast", "Fast, slow and a little smaller, or none. Readers need no plug-in.", recorded="record"
    )
    chunk_mb: float | None = option(
        None,
        "Size of a chunk of frames before compression, in 2^20 bytes.",
        unset="2",
        at_least=0.01,
        at_most=64,
        recorded="record",
    )
    workers: int | None = option(
        None, "Threads of the whole run, shared by the sessions.", unset="all processors", at_least=1
    )
    memory_mb: float | None = option(
        None,
        "Memory of the whole run in 2^20 bytes, beyond 300 MB for its libraries.",
        unset="half the machine's",
        at_least=1,
    )
    verify: VerifyMode = option(
        "full", "Reopen each file and compare it with its source before it gets its final name."
    )
    allow_unmapped: bool = option(False, "Keep unknown source fields verbatim.", recorded="record")
    link_videos: bool = option(
        False,
        "Make hard links to the source's videos instead of copies. They need no disk space, but an edit changes both.",
    )

    def recorded(self, *, in_file: bool = False) -> dict[str, Any]:
        """The options that are written down, or only those that the file itself names."""
        places = ("file",) if in_file else ("file", "record")
        return {
            one.name: getattr(self, one.name) for one, said in declared(ConversionChoices) if said.recorded in places
        }


@dataclass(frozen=True, kw_only=True)
class ConversionOptions(ConversionChoices):
    """The same with nothing left open.

    workers, memory_mb: of the whole run, or what a session gets of them, for frames on their way.
    """

    chunk_mb: float = 2.0
    workers: int = 2
    memory_mb: float = 256.0


@dataclass(frozen=True, kw_only=True)
class ConversionRequest(ConversionChoices, SourceRequest):
    """What `plan` and `convert` share."""

    output: Path | str = field(
        metadata=argument("Folder for the NWB files. It is created.", given="argument or option", path="folder")
    )
    work_dir: Path | str | None = option(
        None,
        "Where packed sessions are unpacked.",
        unset="in the output folder",
        path="folder",
    )


@dataclass(frozen=True, kw_only=True)
class PlanRequest(ConversionRequest):
    """What can be asked of `plan`."""

    on_listing: Callable[[Path], None] | None = python_only(None, "Called with each packed file before it is read.")


@dataclass(frozen=True, kw_only=True)
class ConvertRequest(ConversionRequest):
    """What can be asked of `convert`."""

    retry: int = option(1, "How often to repeat a session after a failure that may be temporary.", at_least=0)
    rehash: bool = option(False, "Detect changes of source files by their content, not by size and time.")
    ignore_space: bool = option(False, "Start even if the disk seems too small.")
    dask: str | None = option(
        None,
        'Convert on a Dask cluster (extra `cluster`): tcp://host:port, or "" for Dask\'s own configuration.',
        metavar="ADDRESS",
    )
    executor: "Executor | None" = python_only(
        None,
        "An executor whose workers see the same files. `workers` and `memory_mb` are then those of each session.",
        kind="concurrent.futures.Executor",
    )
    events: Path | str | None = option(None, "Write events to this file as they happen, as JSON lines.", path="file")
    on_progress: "OnProgress | None" = python_only(None, "Called with the progress of a session.")
    on_event: "OnEvent | None" = python_only(None, "Called with each event.")
