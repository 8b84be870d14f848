"""Which NWB file was made from which session: found by the names in an output folder, or by what the file says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.nwb_file.zarr_store import is_store
from ssc_to_nwb.problems import export_kinds
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.disk_walk import in_place_of


def folder_and_file(output: Path) -> tuple[Path, Path | None]:
    """The folder that was converted to, and the NWB file where `output` is one.

    Raises verify-output-missing where there is no such file, zarr-store-not-verified where it is a Zarr store.
    """
    if is_store(output):
        raise error(export_kinds.ZARR_STORE_NOT_VERIFIED, file=output)
    if not output.name.endswith(naming.NWB_SUFFIXES):
        return output, None
    if not (output.is_file() or output.is_dir()):
        found = in_place_of(output) or "nothing"
        raise error(kinds.VERIFY_OUTPUT_MISSING, file=output, expected="an NWB file", found=found)
    return output.parent.parent, output


def find_converted(output: Path, *, session: str) -> Path:
    """The NWB file of a session (`an197522_2013_03_08`) below an output folder, or `output` itself where it is one.

    Raises verify-output-missing.
    """
    folder, file = folder_and_file(output)
    if file is not None:
        return file
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
    from ssc_to_nwb.proof.making import session_file_of

    try:
        session = str(SessionKey.at_start_of(session_file_of(file)))
        found = tuple(source for source in sources if source.name == session)
    except SscError:
        session = file.name
        found = tuple(source for source in sources if file.name.startswith(f"{_stem(source)}_"))
    if not found:
        names = ", ".join(source.name for source in sources)
        raise error(kinds.VERIFY_SOURCE_MISSING, file=file, expected=session, found=names)
    return found


def _stem(source: SessionSource) -> str | None:
    key = SessionKey.from_name(source.name)
    return None if key is None else naming.session_stem(subject=key.animal, label=key.label)
