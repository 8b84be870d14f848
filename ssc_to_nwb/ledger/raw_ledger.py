"""The raw files' part of the ledger: every file of a session, once, with its place or the reason why it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.rule import Rule
from ssc_to_nwb.ledger.ledger import LEFT_OUT, SESSION_FILE, SYSTEM_FILE, FileEntry
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session


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
    files = SourceFiles(session=session, problems=problems, hashes=hashes or {})
    entries = [files.used(session.path, SESSION_FILE, role="session file", nwb=())]
    if raw is None:
        return tuple(entries)
    for plane in raw.inventory.planes:
        for _, plane_entries in registry.having("layout", "plane_entries"):
            entries += plane_entries(plane, raw, files)
    for _, session_entries in registry.having("layout", "session_entries"):
        entries += session_entries(raw, files)
    for file in raw.inventory.left_out:
        rule = SYSTEM_FILE if file.of_system else LEFT_OUT
        entries.append(files.entry(file.path, rule, role="left out", reason=file.reason, is_file=file.is_file))
    return tuple(entries)


class SourceFiles:
    """Makes the entries of one session's files."""

    def __init__(self, *, session: Session, problems: Iterable[Problem], hashes: Mapping[Path, str]) -> None:
        leaving_out = {kind for _, found in registry.having("layout", "LEAVES_OUT") for kind in found}
        self._root = session.path.parent
        self._hashes = {self._name(path): digest for path, digest in hashes.items()}
        self._unusable = {
            self._name(Path(problem.file)): problem.kind.title
            for problem in problems
            if problem.file is not None and problem.kind in leaving_out
        }

    def why_unusable(self, path: Path) -> str:
        """The problem that says that a file could not be used; empty where there is none."""
        return self._unusable.get(self._name(path), "")

    def used(self, path: Path, rule: Rule, *, role: str, nwb: tuple[str, ...]) -> FileEntry:
        """A file that is in the result, unless a problem says that it could not be used."""
        reason = self.why_unusable(path)
        if reason:
            return self.entry(path, LEFT_OUT, role=role, reason=reason)
        return self.entry(path, rule, role=role, nwb=nwb)

    def entry(
        self,
        path: Path,
        rule: Rule,
        *,
        role: str,
        nwb: tuple[str, ...] = (),
        reason: str = "",
        is_file: bool = True,
    ) -> FileEntry:
        """A file of which all is known."""
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
