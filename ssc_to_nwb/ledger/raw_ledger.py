"""The raw files' part of the ledger: every file of a session, once, with its place or the reason why it has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.imaging_stacks import problems as imaging_stacks_problems
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.registration import problems as registration_problems
from ssc_to_nwb.data_types.rule import Disposition, Rule
from ssc_to_nwb.data_types.side_images import problems as side_images_problems
from ssc_to_nwb.data_types.whisker_videos import problems as whisker_videos_problems
from ssc_to_nwb.ledger import rules_raw
from ssc_to_nwb.ledger.ledger import FileEntry
from ssc_to_nwb.problems.model import Problem, SscError
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.raw_files import ListedFile
from ssc_to_nwb.source_files.raw_inventory import FileLeftOut, PlaneFiles
from ssc_to_nwb.tif.index import index_tif

_NOT_NAMED = "the session file lists the stack, but names no frame of it"
# Problems that keep a file out of the result.
_OUT = (
    imaging_stacks_problems.STACK_FILE_SKIPPED,
    side_images_problems.SIDE_IMAGE_UNREADABLE,
    registration_problems.REGISTRATION_UNREADABLE,
    registration_problems.REGISTRATION_LENGTH,
    whisker_videos_problems.VIDEO_UNREADABLE,
    whisker_videos_problems.VIDEO_DIFFERS,
    whisker_videos_problems.VIDEO_WITHOUT_TRIAL,
    whisker_videos_problems.VIDEO_TRIAL_TWICE,
)


def file_entries(
    session: Session,
    raw: RawData | None,
    *,
    problems: Iterable[Problem] = (),
    hashes: Mapping[Path, str] | None = None,
) -> tuple[FileEntry, ...]:
    """Entries of the session file and of every raw file; without `raw`, of the session file alone.

    problems: those of the conversion, which name the files that could not be used; hashes: SHA-256 by path, as far as
    they are known. Paths are relative to the session file's folder.
    """
    files = _Files(session=session, problems=problems, hashes=hashes or {})
    entries = [files.entry(session.path, rules_raw.SESSION_FILE, role="session file", nwb=())]
    if raw is None:
        return tuple(entries)
    for plane in raw.inventory.planes:
        entries += files.plane(plane, raw)
    for video in raw.inventory.videos:
        entries.append(files.entry(video.path, rules_raw.VIDEO, role="whisker video", nwb=rules_raw.VIDEO.nwb))
    for left_out in raw.inventory.left_out:
        entries.append(files.left_out(left_out))
    return tuple(entries)


class _Files:
    """Makes the entries of one session's files."""

    def __init__(self, *, session: Session, problems: Iterable[Problem], hashes: Mapping[Path, str]) -> None:
        self._root = session.path.parent
        self._hashes = {self._name(path): digest for path, digest in hashes.items()}
        self._unusable = {
            self._name(Path(problem.file)): problem.kind.title
            for problem in problems
            if problem.file is not None and problem.kind in _OUT
        }

    def entry(self, path: Path, rule: Rule, *, role: str, nwb: tuple[str, ...]) -> FileEntry:
        """A file that is in the result, unless a problem says that it could not be used."""
        reason = self._unusable.get(self._name(path))
        if reason is not None:
            return self.unusable(path, reason, role=role)
        return self._entry(path, rule, role=role, nwb=nwb)

    def unusable(self, path: Path, reason: str, *, role: str) -> FileEntry:
        """A file that has a place and could not be used."""
        return self._entry(path, rules_raw.LEFT_OUT, role=role, nwb=(), reason=reason)

    def left_out(self, file: FileLeftOut) -> FileEntry:
        """A file that is not in the result."""
        rule = rules_raw.SYSTEM_FILE if file.of_system else rules_raw.LEFT_OUT
        return self._entry(file.path, rule, role="left out", nwb=(), reason=file.reason, is_file=file.is_file)

    def _entry(
        self,
        path: Path,
        rule: Rule,
        *,
        role: str,
        nwb: tuple[str, ...],
        reason: str = "",
        is_file: bool = True,
    ) -> FileEntry:
        name = self._name(path)
        return FileEntry(
            source=name,
            role=role,
            bytes=path.stat().st_size if is_file and path.exists() else 0,
            sha256=self._hashes.get(name),
            disposition=rule.disposition,
            nwb=nwb,
            rule=rule.identifier,
            reason=reason,
        )

    def _name(self, path: Path) -> str:
        return naming.source_name(path, self._root)

    def plane(self, plane: PlaneFiles, raw: RawData) -> Iterator[FileEntry]:
        """The stacks, side images and registration files of one plane."""
        stack = raw.stacks[plane.plane_name]
        for number, listed in enumerate(plane.listed_files):
            yield self._stack(listed, stack, used=bool(np.any(stack.file_number == number)))
        for image in plane.side_images:
            place = self._side_image_place(plane.plane_name, image.path, image.name.kind, image.name.channel)
            yield self.entry(image.path, rules_raw.SIDE_IMAGE, role="side image", nwb=place)
        shifts = (f"/processing/{naming.OPHYS_MODULE}/{naming.registration_shift(plane.plane_name)}/data",)
        for path in plane.registration.values():
            yield self.entry(path, rules_raw.REGISTRATION, role="registration", nwb=shifts)

    def _stack(self, listed: ListedFile, stack: PlaneStack, *, used: bool) -> FileEntry:
        if listed.path is None:
            return FileEntry(
                source=listed.listed_path,
                role="imaging stack",
                bytes=0,
                sha256=None,
                disposition=Disposition.LEFT_OUT,
                nwb=(),
                rule=rules_raw.MISSING.identifier,
                reason=rules_raw.MISSING.text,
            )
        unusable = self._unusable.get(self._name(listed.path))
        if not used:
            return self.unusable(listed.path, unusable or _NOT_NAMED, role="imaging stack")
        series = tuple(
            f"/acquisition/{naming.two_photon_series(stack.plane_name, channel)}/data" for channel in stack.channels
        )
        # A stack that is cut short is used as far as it goes.
        return self._entry(listed.path, rules_raw.STACK, role="imaging stack", nwb=series, reason=unusable or "")

    def _side_image_place(self, plane: str, path: Path, kind: str, channel: int) -> tuple[str, ...]:
        name = naming.CHANNELS[channel - 1]
        module = f"/processing/{naming.OPHYS_MODULE}"
        try:
            pages = index_tif(path).page_count
        except SscError:
            return ()
        if pages > 1:
            return (f"{module}/{naming.image_pages(plane, kind, name)}",)
        return (f"{module}/{naming.images(plane)}/{naming.image(kind, name)}",)
