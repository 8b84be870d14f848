"""Compares one finished NWB file with its source, by a path of its own: from the file back to the source's terms."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.ledger.ledger import Ledger, build_ledger, ruled_leaves
from ssc_to_nwb.ledger.raw_ledger import file_entries
from ssc_to_nwb.matlab.leaves import walk_leaves
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.proof.comparison import Comparison, leaves_by_rule
from ssc_to_nwb.proof.declared_objects import check_declared_objects
from ssc_to_nwb.proof.digest import digest_of_objects, digests_of_tree
from ssc_to_nwb.proof.general import check_follows, check_general, check_schema_copy, report_unaccounted
from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.proof.leaves import compare_leaves
from ssc_to_nwb.proof.making import check_layout
from ssc_to_nwb.proof.proof import Proof
from ssc_to_nwb.proof.raw import RawProof, check_raw
from ssc_to_nwb.proof.report import VerifyMode, VerifyReport
from ssc_to_nwb.proof.source_module import check_hashes, check_source_module
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, NwbReader
from ssc_to_nwb.restoring.registry import all_restores
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData

# Takes the bytes of frames compared so far, before compression, and all there are.
OnVerifyProgress: TypeAlias = Callable[[int, int], None]


def no_progress(done_bytes: int, total_bytes: int) -> None:
    """Takes progress and does nothing with it."""


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
    progress: OnVerifyProgress = no_progress,
) -> VerifyReport:
    """Compare a file with its source.

    context: the session, read again from disk, with its metadata; raw: its raw files, None where none were converted;
    mode: `full` compares every value and frame, `sample` all but the frames and a seeded part of those, `off` nothing;
    workers: threads; memory_mb: room for frames on their way, in 2^20 bytes; hashes: SHA-256 of source files by path,
    as far as they are known, to be compared with those in the file; final_path: where the file will be, where it is
    compared before it gets its name; videos: the folder of the videos, the one beside `final_path` where None;
    with_digest: whether the digest of the content is made too, of a file in which nothing differs; progress: called as
    frames are compared.

    What differs is in the report; nothing is raised for it.
    """
    if mode == "off":
        return VerifyReport(file=nwb_path, mode=mode)
    start = time.perf_counter()
    final = final_path or nwb_path
    raw_proof = None
    known: dict[str, str] = {}
    if raw is not None:
        raw_proof = RawProof(
            raw=raw,
            mode=mode,
            workers=workers,
            memory_mb=memory_mb,
            final_path=final,
            videos=videos or naming.video_folder(final),
            progress=progress,
        )
    try:
        with open_tree(nwb_path, digests=known if with_digest else None) as tree:
            check_layout(tree, file=final)
            report = _compare(tree, final, context=context, raw=raw_proof, mode=mode, hashes=hashes or {})
            if with_digest and report.ok:
                known.update(report.value_digests)
                digests = digests_of_tree(tree, file=final, workers=workers, memory_mb=memory_mb, known=known)
                report = replace(report, digest=digest_of_objects(digests))
    except SscError as failure:
        report = VerifyReport(file=final, mode=mode, problems=(failure.problem,))
    return replace(report, seconds=time.perf_counter() - start)


def _compare(
    tree: ArrayTree,
    nwb_path: Path,
    *,
    context: SessionContext,
    raw: RawProof | None,
    mode: VerifyMode,
    hashes: Mapping[Path, str],
) -> VerifyReport:
    session = context.session
    facts = SessionFacts(session)
    ruled = list(ruled_leaves(session, facts))
    proof = Proof(
        file_name=str(nwb_path),
        reader=NwbReader(tree=tree),
        leaves=dict(walk_leaves(session.tree, session.variable)),
    )
    ledger = build_ledger(session, allow_unmapped=True, log=ProblemLog(), ruled=ruled)
    sources = Sources(context=context, raw=None if raw is None else raw.raw, ledger=ledger, log=ProblemLog())
    view = FileView(reader=proof.reader, restores=all_restores())
    work = Comparison(
        proof=proof, reader=proof.reader, context=context, sources=sources, facts=facts, leaves=leaves_by_rule(ruled),
        view=view,
    )  # fmt: skip
    check_declared_objects(work)
    proof.guarded("/specifications", check_schema_copy, work)
    proof.guarded("/general", check_general, work)
    proof.guarded("/processing/source/source_files/sha256", check_hashes, work, hashes)
    compare_leaves(work)
    check_follows(work)
    frames = (0, 0) if raw is None else check_raw(work, raw)
    stacks = None if raw is None else raw.frames
    check_source_module(work, ledger=_with_files(ledger, context, raw, hashes=hashes), stacks=stacks)
    proof.guarded("/", report_unaccounted, work)
    return VerifyReport(
        file=nwb_path,
        mode=mode,
        problems=tuple(proof.problems),
        left_out=proof.left_out,
        objects=dict(proof.counts),
        leaves=len(proof.proven | proof.proven_kept),
        frames=frames[0],
        frames_total=frames[1],
        value_digests={} if raw is None else raw.digests,
    )


def _with_files(ledger: Ledger, context: SessionContext, raw: RawProof | None, *, hashes: Mapping[Path, str]) -> Ledger:
    """The ledger as it must be with the raw files as they were read for this comparison."""
    problems = [*context.log.problems, *(() if raw is None else raw.log.problems)]
    files = file_entries(context.session, None if raw is None else raw.raw, problems=problems, hashes=hashes)
    return replace(ledger, files=files)
