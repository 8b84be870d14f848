"""Unpacks a packed session for the time that it is converted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ssc_to_nwb.problems import run_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.problems.system_errors import name_system_error
from ssc_to_nwb.run.session_sources import SessionSource
from ssc_to_nwb.run.space import free_bytes
from ssc_to_nwb.source_files.packed_files import unpack
from ssc_to_nwb.source_files.packed_sessions import PackedSession
from ssc_to_nwb.source_files.session_files import SessionFile

OnBytes = Callable[[int, int], None]


@contextmanager
def unpacked_session(source: SessionSource, folder: Path, *, raw: bool, on_bytes: OnBytes) -> Iterator[SessionFile]:
    """The session's files, unpacked to `folder`, its own, while the block runs where some are packed.

    on_bytes is called with bytes unpacked and bytes in all, and may raise to stop the work. Raises space-short,
    packed-*, disk-full, output-not-writable.
    """
    if source.session_file is not None:
        yield source.session_file
        return
    if source.packed is None:
        raise ValueError(f"{source.name} has no files")
    try:
        _unpack(source.packed, folder, raw=raw, on_bytes=on_bytes)
        yield source.packed.session_file(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def origin(file: str, source: SessionSource, folder: Path) -> str:
    """Where a file that was unpacked to `folder` comes from: what is unpacked is gone when its name is read."""
    return file if source.packed is None else source.packed.origin(file, folder)


def _unpack(session: PackedSession, folder: Path, *, raw: bool, on_bytes: OnBytes) -> None:
    total = session.unpacked_size(raw=raw)
    done = 0

    def count(block_bytes: int) -> None:
        nonlocal done
        done += block_bytes
        on_bytes(done, total)

    try:
        # What an attempt that was killed has left.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _check_space(session, folder, total)
        targets: dict[Path, dict[str, Path]] = {}
        for part in session.parts(raw=raw):
            targets.setdefault(part.packed, {})[part.member.name] = folder / part.target
        for packed, members in targets.items():
            unpack(packed, members, on_bytes=count)
        if session.unpacked_mat is not None:
            # Files of a session are named relative to its session file, so it joins the others.
            shutil.copy2(session.unpacked_mat, folder / session.file_name)
    except OSError as failure:
        raise name_system_error(failure, folder) from failure


def _check_space(session: PackedSession, folder: Path, needed: int) -> None:
    free = free_bytes(folder)
    if needed > free:
        raise error(
            kinds.SPACE_SHORT,
            file=folder,
            expected=f"{needed} bytes to unpack {session.key}",
            found=f"{free} bytes free",
        )
