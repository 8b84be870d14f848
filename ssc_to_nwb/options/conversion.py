"""What can be asked of a conversion, and of its plan."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, declared, option, options, python_only
from ssc_to_nwb.options.sources import SourceRequest

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ssc_to_nwb.run.events import OnEvent

RawMode = Literal["auto", "require", "skip"]
CompressionName = Literal["fast", "small", "none"]
VerifyMode = Literal["full", "sample", "off"]


@options
class ConversionChoices:
    """What decides what a conversion does, and with how much of the machine."""

    overwrite: bool = option("Replace NWB files that exist.", default=False)
    stub: bool = option("Write small but valid files: a few trials, every data type.", default=False, recorded="file")
    raw: RawMode = option(
        "Raw files: use what is there, require all that are listed, or use none.", default="auto", recorded="file"
    )
    keep_going: bool = option("Turn damaged raw files into gaps, with a warning.", default=False, recorded="file")
    compression: CompressionName = option(
        "Fast, slow and a little smaller, or none. Readers need no plug-in.", default="fast", recorded="record"
    )
    chunk_mb: float | None = option(
        "Size of a chunk of frames before compression, in 2^20 bytes.",
        default=None,
        unset="2",
        at_least=0.01,
        at_most=64,
        recorded="record",
    )
    workers: int | None = option(
        "Threads of the whole run, shared by the sessions.", default=None, unset="all processors", at_least=1
    )
    memory_mb: float | None = option(
        "Memory of the whole run in 2^20 bytes, beyond 300 MB for its libraries.",
        default=None,
        unset="half the machine's",
        at_least=1,
    )
    verify: VerifyMode = option(
        "Reopen each file and compare it with its source before it gets its final name.", default="full"
    )
    allow_unmapped: bool = option("Keep unknown source fields verbatim.", default=False, recorded="record")
    link_videos: bool = option(
        "Make hard links to the source's videos instead of copies. They need no disk space, but an edit changes both.",
        default=False,
    )

    def recorded(self, *, in_file: bool = False) -> dict[str, Any]:
        """The options that are written down, or only those that the file itself names."""
        places = ("file",) if in_file else ("file", "record")
        return {
            one.name: getattr(self, one.name) for one, said in declared(ConversionChoices) if said.recorded in places
        }


@options
class ConversionOptions(ConversionChoices):
    """The same with nothing left open.

    workers, memory_mb: of the whole run, or what a session gets of them, for frames on their way.
    """

    chunk_mb: float = 2.0
    workers: int = 2
    memory_mb: float = 256.0


@options
class ConversionRequest(ConversionChoices, SourceRequest):
    """What `plan` and `convert` share."""

    output: Path | str = argument("Folder for the NWB files. It is created.", given="argument or option", path="folder")
    work_dir: Path | str | None = option(
        "Where packed sessions are unpacked.", default=None, unset="in the output folder", path="folder"
    )


@options
class PlanRequest(ConversionRequest):
    """What can be asked of `plan`."""

    on_listing: Callable[[Path], None] | None = python_only(
        "Called with each packed file before it is read.", default=None
    )


@options
class ConvertRequest(ConversionRequest):
    """What can be asked of `convert`."""

    retry: int = option("How often to repeat a session after a failure that may be temporary.", default=1, at_least=0)
    rehash: bool = option("Detect changes of source files by their content, not by size and time.", default=False)
    ignore_space: bool = option("Start even if the disk seems too small.", default=False)
    dask: str | None = option(
        'Convert on a Dask cluster (extra `cluster`): tcp://host:port, or "" for Dask\'s own configuration.',
        default=None,
        metavar="ADDRESS",
    )
    executor: "Executor | None" = python_only(
        "An executor whose workers see the same files. `workers` and `memory_mb` are then those of each session.",
        default=None,
        kind="concurrent.futures.Executor",
    )
    events: Path | str | None = option(
        "Write events to this file as they happen, as JSON lines.", default=None, path="file"
    )
    on_event: "OnEvent | None" = python_only("Called with each event.", default=None)
