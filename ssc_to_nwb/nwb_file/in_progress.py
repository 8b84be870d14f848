"""Never half a file: output is written under another name beside its place, and renamed when it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.output_files import built_beside, check_output_is_free, flush_folder, new_token, remove


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """Where a file and its folder of videos are built, and where they will be when they are whole.

    token: this attempt's own, so that two attempts never touch each other's unfinished files.
    """

    final: Path
    token: str

    @property
    def building(self) -> Path:
        """The NWB file until it is whole."""
        return naming.in_progress_path(self.final, self.token)

    def byte_size(self) -> int:
        """Bytes of what has been built of the NWB file."""
        return self.building.stat().st_size

    @property
    def final_videos(self) -> Path:
        """The folder of videos beside the finished file."""
        return naming.video_folder(self.final)

    @property
    def building_videos(self) -> Path:
        """The folder of videos until the file is whole."""
        return naming.in_progress_path(self.final_videos, self.token)

    @property
    def final_ledger(self) -> Path:
        """The ledger of the finished file."""
        return naming.sidecar(self.final, "ledger")

    @property
    def building_ledger(self) -> Path:
        """The ledger until the file is whole."""
        return naming.in_progress_path(self.final_ledger, self.token)


@contextmanager
def output_in_progress(final: Path, *, overwrite: bool) -> Iterator[InProgress]:
    """A place to build `final`, to be put in place when it is whole; on any exception in the block it is removed.

    Raises output-exists, output-not-writable, disk-full.
    """
    check_output_is_free(final, overwrite=overwrite)
    place = InProgress(final=final, token=new_token())
    with built_beside(final, place.final_videos, place.final_ledger, token=place.token):
        yield place


def put_in_place(place: InProgress, *, with_videos: bool | None = None) -> None:
    """Give a whole file its name. What an earlier call that was killed has done is not done again.

    Videos first: a finished file must not name videos that are missing; nor may videos of an older one stay.
    with_videos: whether the file has any; None: if there are any. Raises OSError.
    """
    replaced = []
    if place.building_videos.exists():
        replaced.append(replace_whole(place.building_videos, place.final_videos))
    elif not with_videos and place.final_videos.exists():
        replaced.append(_put_aside(place.final_videos))
    if place.building_ledger.exists():
        replace_whole(place.building_ledger, place.final_ledger)
    replaced.append(replace_whole(place.building, place.final))
    flush_folder(place.final.parent)
    remove(*replaced)


def replace_whole(building: Path, final: Path) -> Path:
    """Rename `building` to `final`; a folder in its way is put aside in one step. Returns the path for that."""
    aside = _put_aside(final) if final.is_dir() else building
    building.replace(final)
    return aside


def _put_aside(final: Path) -> Path:
    """Rename a folder, so that it counts as unfinished and is removed even where this process is killed."""
    aside = naming.in_progress_path(final, f"{new_token()}.old")
    final.replace(aside)
    return aside
