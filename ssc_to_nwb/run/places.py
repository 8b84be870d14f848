"""Whether a conversion may write where it was asked to, and which NWB file there was made from which session."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.nwb_file.zarr_store import is_store
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.problems.system_errors import system_errors_named
from ssc_to_nwb.run.machine import existing_folder
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.disk_walk import in_place_of, same_folder
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file


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
        known = None if source.session_file is None else source.session_file.raw_folder
        for folder in (source.path.parent / source.name, *(() if known is None else (known,))):
            found = None
            if same_folder(folder, output):
                found = f"the folder of the raw files of session {source.name}"
            elif (
                Path(os.path.realpath(output)).is_relative_to(os.path.realpath(folder))
                and (raw_file := _a_raw_file(output)) is not None
            ):
                found = f"a raw file of session {source.name}: {raw_file}"
            if found is not None:
                raise error(kinds.OUTPUT_IS_SOURCE, file=output, found=found)


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


def folder_and_file(output: Path) -> tuple[Path, Path | None]:
    """The folder that was converted to, and the NWB file where `output` is one.

    Raises verify-output-missing where there is no such file, zarr-store-not-verified where it is a Zarr store.
    """
    if is_store(output):
        raise error(kinds.ZARR_STORE_NOT_VERIFIED, file=output)
    if not output.name.endswith(naming.NWB_SUFFIXES):
        return output, None
    if not (output.is_file() or output.is_dir()):
        found = in_place_of(output) or "nothing"
        raise error(kinds.VERIFY_OUTPUT_MISSING, file=output, expected="an NWB file", found=found)
    return output.parent.parent, output


def find_converted(output: Path, *, session: str) -> Path:
    """The NWB file of a session (`an197522_2013_03_08`) below an output folder. Raises verify-output-missing."""
    key = SessionKey.from_name(session)
    animal, label = (session, "") if key is None else (key.animal, key.label)
    folder = naming.subject_folder(output, animal)
    found = sorted(path for path in folder.glob("*") if naming.is_whole_session(path, subject=animal, label=label))
    if len(found) != 1:
        raise error(
            kinds.VERIFY_OUTPUT_MISSING,
            file=folder,
            expected=f"one NWB file named {naming.session_stem(subject=animal, label=label)}_...",
            found=", ".join(path.name for path in found) or "none",
        )
    return found[0]


def sources_of_file(file: Path, sources: Sequence[SessionSource]) -> tuple[SessionSource, ...]:
    """The source of an NWB file: as the file says, or as its name does where it can't be read.

    Raises verify-source-missing.
    """
    from ssc_to_nwb.proof.making import contents_of

    try:
        session = str(SessionKey.at_start_of(contents_of(file).session_file))
        found = tuple(source for source in sources if source.name == session)
    except SscError:
        session = file.name
        keys = [(source, SessionKey.from_name(source.name)) for source in sources]
        stems = [(source, naming.session_stem(subject=key.animal, label=key.label)) for source, key in keys if key]
        found = tuple(source for source, stem in stems if file.name.startswith(f"{stem}_"))
    if not found:
        names = ", ".join(source.name for source in sources)
        raise error(kinds.VERIFY_SOURCE_MISSING, file=file, expected=session, found=names)
    return found
