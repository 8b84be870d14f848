"""Which folders of a source are searched for sessions, and which hold the output of a conversion instead.

An output folder may lie inside the source: what a conversion has written there is no source.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ssc_to_nwb.naming import RAW_FOLDERS, RUN_FOLDER
from ssc_to_nwb.source_files.disk_walk import DiskEntry, Obstacle, walk_files


def files_to_search(source: Path, *, output: Path | None = None, raw: bool = False) -> Iterator[DiskEntry]:
    """Each file in the folders of a source that may hold sessions, and what is there in place of one.

    output: the folder of the conversion, passed over with all that is in it, by whatever path it is reached; raw: those
    in folders of raw files too. Raises source-not-readable.
    """

    def enter(folder: Path) -> bool:
        if folder.name == RUN_FOLDER or (is_raw_folder(folder.name) and not raw):
            return False
        return output is None or not same_folder(folder, output)

    return walk_files(source, enter=enter)


def named_files(source: Path, *, output: Path | None) -> list[Path]:
    """The files to search for sessions, links to one that is missing among them: whoever opens that says so."""
    entries = files_to_search(source, output=output)
    return [entry.path for entry in entries if entry.obstacle in (None, Obstacle.DANGLING_LINK)]


def raw_files_below(directory: Path) -> Iterator[DiskEntry]:
    """Each file below a session's directory, but for those of a conversion whose output lies in it.

    Raises source-not-readable.
    """
    return walk_files(directory, enter=lambda folder: not (folder / RUN_FOLDER).is_dir())


def is_raw_folder(folder_name: str) -> bool:
    """Whether a folder of this name holds raw files of a session, among which no session file is looked for."""
    return RAW_FOLDERS.fullmatch(folder_name) is not None


def same_folder(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder, which need not exist yet."""
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()
