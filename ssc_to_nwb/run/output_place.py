"""Whether a conversion may write where it was asked to: not among its sources, and not where the system refuses."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.problems import output_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.problems.system_errors import system_errors_named
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.run.space import existing_folder
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file
from ssc_to_nwb.source_files.search import same_folder


def output_folder(output: Path | str, *, source: Path | str) -> Path:
    """The absolute path of the output. Raises output-not-named, and output-is-source where it is the source folder."""
    if not str(output):
        raise error(kinds.OUTPUT_NOT_NAMED, expected="a folder", found="an empty text")
    if same_folder(Path(source), Path(output)):
        raise error(kinds.OUTPUT_IS_SOURCE, file=output, found=f"SOURCE is {source}")
    return Path(output).absolute()


def check_apart(output: Path, sources: Iterable[SessionSource]) -> None:
    """See that the output is not the folder of a session's raw files, nor one of those in it that hold such files.

    Raises output-is-source.
    """
    for source in sources:
        for folder in _raw_folders(source):
            if same_folder(folder, output):
                raise error(
                    kinds.OUTPUT_IS_SOURCE, file=output, found=f"the folder of the raw files of session {source.name}"
                )
            inside = output.resolve().is_relative_to(folder.resolve())
            raw_file = _a_raw_file(output) if inside else None
            if raw_file is not None:
                raise error(
                    kinds.OUTPUT_IS_SOURCE, file=output, found=f"a raw file of session {source.name}: {raw_file}"
                )


def check_writable(output: Path) -> None:
    """See that the output can be made and written, and leave nothing behind.

    Raises output-not-writable, disk-full, system-refused.
    """
    with system_errors_named(output):
        folder = existing_folder(output)
        missing = output.relative_to(folder)
        if missing.parts and os.path.lexists(folder / missing.parts[0]):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder / missing.parts[0]))
        with tempfile.TemporaryDirectory(prefix=".ssc-to-nwb-", dir=folder) as probe:
            (Path(probe) / naming.run_folder(missing)).mkdir(parents=True)


def _raw_folders(source: SessionSource) -> tuple[Path, ...]:
    """Where the raw files of a session are, or are looked for."""
    beside = source.path.parent / source.name
    known = None if source.session_file is None else source.session_file.raw_folder
    return (beside,) if known is None else (beside, known)


def _a_raw_file(output: Path) -> Path | None:
    """A file of the kinds that raw data have, below an output but not in what conversions write there."""
    for folder, subfolders, names in os.walk(output):
        if Path(folder) == output:
            own = {path.name for path in output.glob(naming.SUBJECT_FOLDERS)} | {naming.RUN_FOLDER}
            subfolders[:] = [name for name in subfolders if name not in own]
        for name in names:
            if kind_of_file(name) is not RawFileKind.OTHER:
                return Path(folder) / name
    return None
