"""What can be asked of the commands that read a source: which sessions, with which metadata, compared with what."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, option, options, python_only

if TYPE_CHECKING:
    from ssc_to_nwb.problems.model import Problem


def metadata_files() -> Any:
    """The field for the user's own metadata files."""
    return option(
        "YAML files on top of the dataset's own metadata; later ones win.",
        default=(),
        flags=("--metadata",),
        path="existing file",
    )


@options
class SourceRequest:
    """Which sessions of which source, and the metadata on top of the dataset's own."""

    source: Path | str = argument(
        "A folder with the layout of the dataset, a session file, or a packed file (.tar, .tar.gz, .zip). Packed "
        "files inside a folder are found too."
    )
    sessions: Sequence[str] = option(
        "Patterns for names of sessions, such as 'an1975*' for an197522_2013_03_08. Without any, all sessions.",
        default=(),
        flags=("--session",),
        metavar="GLOB",
    )
    metadata_files: Sequence[Path | str] = metadata_files()


@options
class ListRequest(SourceRequest):
    """What can be asked of `sessions`."""

    on_listing: Callable[[Path], None] | None = python_only(
        "Called with each packed file before it is read, which takes minutes for a large .tar.gz.", default=None
    )
    on_not_taken: "Callable[[Problem], None] | None" = python_only(
        "Called with a warning for each MATLAB file that is not a session (mat-not-taken), and each entry of the "
        "metadata files that fits no animal or session (metadata-entry-unused).",
        default=None,
    )


@options
class VerifyRequest(SourceRequest):
    """What can be asked of `verify`."""

    output: Path | str = argument(
        "The output folder of the conversion, or one NWB file, which is compared with its own session only.",
        path="existing file or folder",
    )
    mode: Literal["full", "sample"] = option(
        "Compare every value and frame and hash every source file, or compare only a tenth of the frames (sample).",
        default="full",
    )
    workers: int | None = option("Threads.", default=None, unset="all processors", at_least=1)
    memory_mb: float = option("Memory for frames, in 2^20 bytes.", default=256.0, at_least=1)
    work_dir: Path | str | None = option(
        "Where packed sessions are unpacked.",
        default=None,
        unset="the system's folder for such files",
        path="existing folder",
    )
    on_progress: Callable[[str, int, int], None] | None = python_only(
        "Called with the session's name, the bytes of frames compared so far, and all bytes.", default=None
    )
