"""What can be asked of the commands that take converted files."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, option, options, python_only

if TYPE_CHECKING:
    from ssc_to_nwb.run.events import OnEvent

FailOn = Literal["error", "warning", "info", "never"]


@options
class OneFileRequest:
    """What can be asked of the commands that take one NWB file."""

    file: Path | str = argument("The NWB file, or a folder with one in it.")


@options
class FilesRequest:
    """What can be asked of the commands that take sessions, wherever they are."""

    files: Path | str | Iterable[Path | str] = argument(
        "NWB files, or folders with NWB files in them.", kind="path or paths"
    )


@options
class DescribeRequest:
    """What can be asked of `describe`."""

    file: Path | str = argument("The MATLAB file.")


@options
class LedgerRequest:
    """What can be asked of `ledger`."""

    file: Path | str = argument("The NWB file, a folder with one in it, or the ledger file itself.")


@options
class DemoRequest:
    """What can be asked of `demo`."""

    output: Path | str = argument(
        "Folder. The dataset goes to `output/source`, the NWB files to `output/nwb`. The dataset is the same every "
        "time.",
        given="argument or option",
        path="folder",
    )
    overwrite: bool = option("Replace the NWB files of an earlier demo.", default=False)
    on_event: "OnEvent | None" = python_only("Called with each event of the conversion.", default=None)


@options
class ValidateRequest:
    """What can be asked of `validate`."""

    paths: Sequence[Path | str] = argument("Files, and folders with files in them.")
    fail_on: FailOn = option("Fail on unaccepted messages of at least this severity.", default="error")
    accept_file: Path | str | None = option(
        "YAML list of accepted messages with reasons, in addition to the packaged list.",
        default=None,
        flags=("--accept",),
        path="existing file",
    )
    workers: int = option(
        "Files at a time, each in a process of its own if there are several.", default=1, on_command_line=2, at_least=1
    )
    on_file: Callable[[int, int, Path], None] | None = python_only(
        "Called with the number of finished files, the number of all files, and the file that was just finished.",
        default=None,
    )


@options
class RestoreRequest:
    """What can be asked of `restore`."""

    file: Path | str = argument("The NWB file; nothing else is read.", metavar="FILE.nwb", path="existing file")
    output: Path | str = option("The MATLAB file to write.", flags=("-o", "--output"), path="file")
    file_format: Literal["5", "7.3"] | None = option(
        "Format of the MATLAB file.",
        default=None,
        unset="5, 7.3 where the session is too large for it",
        flags=("--format",),
    )
    stacks: Path | str | None = option(
        "Folder for the tif stacks, which get the names and folders of the source.",
        default=None,
        unset="stacks are not restored",
        path="folder",
    )
    overwrite: bool = option("Replace files that exist.", default=False)


@options
class ExportRequest:
    """What can be asked of `export-zarr`."""

    file: Path | str = argument("The HDF5 file.", path="existing file or folder")
    store: Path | str = argument(
        "The folder to make. `open_session` and `validate` know it by the ending `.nwb.zarr`. Videos are not "
        "copied: their paths are relative to the folder in which file and store are.",
        given="argument or option",
    )
    overwrite: bool = option("Replace a store that exists; nothing but a Zarr store is ever replaced.", default=False)
    workers: int | None = option("Threads that compute digests.", default=None, unset="all processors", at_least=1)


@options
class ResponsesRequest(FilesRequest):
    """What can be asked of `responses`."""

    false_discovery_rate: float = option(
        "False discovery rate over the ROIs of a session.", default=0.05, flags=("--fdr",), above=0, at_most=1
    )
    figure: Path | str | None = option(
        "Picture of the mean responses to write, .png, .svg or .pdf (of the last session).", default=None, path="file"
    )
    on_file: Callable[[int, int, Path], None] | None = python_only(
        "Called with the number of finished files, the number of all files, and the file that is next.", default=None
    )


@options
class ReportRequest(FilesRequest):
    """What can be asked of `report`."""

    output: Path | str = option(
        "Folder for the pages. Pages of an earlier run are replaced.", flags=("-o", "--output"), path="folder"
    )
    on_page: Callable[[int, int, Path], None] | None = python_only(
        "Called with the number of finished pages, the number of all pages, and the file that is next.", default=None
    )


def picture() -> Any:
    """The field for the picture that is drawn."""
    return option(
        "Picture to write, .png, .svg or .pdf. Without it, a window opens.",
        default=None,
        flags=("-o", "--output"),
        path="file",
    )


@options
class PlotTrialRequest(OneFileRequest):
    """What can be asked of `plot-trial`."""

    trial: int = option("Number of the trial, from the column trial_number of the trials table.")
    rois: Sequence[int] = option(
        "ROIs whose dF/F to draw. Without any, the most active ones of the trial.", default=(), flags=("--roi",)
    )
    output: Path | str | None = picture()


@options
class PlotCellRequest(FilesRequest):
    """What can be asked of `plot-cell`."""

    cell: str = option(
        "Animal and ROI number, such as an197522/1001. Every session with that number is drawn; one that was not "
        "joined says why.",
    )
    output: Path | str | None = picture()
