"""Compares one finished NWB file with its source, by a path of its own: from the file back to the source's terms."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import Leaf
from ssc_to_nwb.ledger.ledger import Ledger, build_ledger, ruled_leaves
from ssc_to_nwb.ledger.raw_ledger import file_entries
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError
from ssc_to_nwb.proof.comparison import Comparison, VerifyMode
from ssc_to_nwb.proof.declared_objects import check_declared_objects
from ssc_to_nwb.proof.digest import digest_of_objects, digests_of_tree
from ssc_to_nwb.proof.general import check_follows, check_general, check_schema_copy, report_unaccounted
from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.proof.leaves import compare_leaves
from ssc_to_nwb.proof.making import check_layout
from ssc_to_nwb.proof.source_module import check_hashes, check_source_module
from ssc_to_nwb.proof.source_reading.session_file import read_for_proof
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.session.context import SessionContext, read_context
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.checksums import sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What came of comparing one NWB file with its source.

    objects: number of values compared, by path of the object in the file; leaves: number of source fields proven;
    frames: of the imaging stacks compared, and frames_total: those there are (pages of either channel count one);
    digest: of the whole content, where asked for and nothing differs; left_out: problems beyond the number shown.
    """

    file: Path
    mode: VerifyMode
    problems: tuple[Problem, ...] = ()
    left_out: int = 0
    objects: dict[str, int] = field(default_factory=dict)
    leaves: int = 0
    frames: int = 0
    frames_total: int = 0
    seconds: float = 0.0
    digest: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the file was compared and nothing differed."""
        return not self.problems and self.mode != "off"

    @property
    def values(self) -> int:
        """Number of values compared."""
        return sum(self.objects.values())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form; objects in short."""
        return {
            "file": str(self.file),
            "mode": self.mode,
            "ok": self.ok,
            "problems": [problem.as_dict() for problem in self.problems],
            "problems_left_out": self.left_out,
            "objects": len(self.objects),
            "values": self.values,
            "leaves": self.leaves,
            "frames": self.frames,
            "frames_total": self.frames_total,
            "seconds": round(self.seconds, 3),
        }


def verify_file(
    nwb_path: Path,
    *,
    context: SessionContext,
    raw: RawData | None,
    mode: VerifyMode,
    workers: int = 2,
    memory_mb: float = 256.0,
    hashes: Mapping[Path, str] | None = None,
    final_path: Path | None = None,
    videos: Path | None = None,
    with_digest: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> VerifyReport:
    """Compare a file with its source.

    context: the session, read again from disk, with its metadata; raw: its raw files, None where none were converted;
    mode: `full` compares every value and frame, `sample` all but the frames and a seeded part of those, `off` nothing;
    workers: threads; memory_mb: room for frames on their way, in 2^20 bytes; hashes: SHA-256 of source files by path,
    as far as they are known, to be compared with those in the file; final_path: where the file will be, where it is
    compared before it gets its name; videos: the folder of the videos, the one beside `final_path` where None;
    with_digest: whether the digest of the content is made too, of a file in which nothing differs; progress: called as
    frames are compared, with their bytes before compression so far, and those of all there are.

    What differs is in the report; nothing is raised for it.
    """
    if mode == "off":
        return VerifyReport(file=nwb_path, mode=mode)
    start = time.perf_counter()
    final = final_path or nwb_path
    known: dict[str, str] = {}
    leaves: dict[str, list[Leaf]] = defaultdict(list)
    try:
        with open_tree(nwb_path, digests=known if with_digest else None) as tree:
            check_layout(tree, file=final)
            facts = SessionFacts(context)
            ruled = list(ruled_leaves(facts))
            for leaf, rule in ruled:
                leaves[rule.identifier].append(leaf)
            ledger = build_ledger(facts, allow_unmapped=True, log=ProblemLog(), ruled=ruled)
            work = Comparison(
                sources=Sources(context=context, raw=raw, leaves=ledger.leaves, log=ProblemLog()),
                facts=facts,
                leaves=leaves,
                view=FileView(tree),
                final_path=final,
                videos=videos or naming.video_folder(final),
                mode=mode,
                workers=workers,
                memory_mb=memory_mb,
                progress=progress,
                value_digests=known,
            )
            report = _compare(work, hashes or {})
            if with_digest and report.ok:
                digests = digests_of_tree(tree, file=final, workers=workers, memory_mb=memory_mb, known=known)
                report = replace(report, digest=digest_of_objects(digests))
    except SscError as failure:
        report = VerifyReport(file=final, mode=mode, problems=(failure.problem,))
    return replace(report, seconds=time.perf_counter() - start)


def _compare(work: Comparison, hashes: Mapping[Path, str]) -> VerifyReport:
    check_declared_objects(work)
    work.guarded("/specifications", check_schema_copy, work)
    work.guarded("/general", check_general, work)
    work.guarded("/processing/source/source_files/sha256", check_hashes, work, hashes)
    compare_leaves(work)
    check_follows(work)
    frames, frames_total = 0, 0
    if work.sources.raw is not None:
        from ssc_to_nwb.proof.raw import check_raw

        frames, frames_total = check_raw(work)
    check_source_module(work, ledger=_with_files(work, hashes))
    work.guarded("/", report_unaccounted, work)
    return VerifyReport(
        file=work.final_path,
        mode=work.mode,
        problems=tuple(work.problems),
        left_out=work.left_out,
        objects=dict(work.counts),
        leaves=len(work.proven | work.proven_kept),
        frames=frames,
        frames_total=frames_total,
    )


def _with_files(work: Comparison, hashes: Mapping[Path, str]) -> Ledger:
    """The ledger as it must be with the raw files as they were read for this comparison."""
    problems = [*work.context.log.problems, *work.sources.log.problems]
    files = file_entries(work.session, work.sources.raw, problems=problems, hashes=hashes)
    session = work.session
    return Ledger(session=str(session.key), variable=session.variable, leaves=tuple(work.sources.leaves), files=files)


def read_source_again(path: Path, metadata: Metadata, *, log: ProblemLog) -> SessionContext:
    """The session to compare a file with. Raises what `read_context` raises.

    Whether fields that nobody knows were allowed does not matter here: the file must hold them.
    """
    return read_context(path, metadata, log=log, allow_unmapped=True, read=read_for_proof)


def hash_sources(session: Session, raw: RawData | None, *, stacks: bool, workers: int) -> dict[Path, str]:
    """Hashes by path: of the session file, and of the raw files, with or without the imaging stacks. Raises OSError."""
    paths = [session.path]
    if raw is not None:
        paths += raw.inventory.besides_stacks
        listed = (file for plane in raw.inventory.planes if stacks for file in plane.listed_files)
        paths += [file.path for file in listed if file.path is not None]
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="hashes") as pool:
        return dict(zip(paths, pool.map(sha256_of, paths), strict=True))
