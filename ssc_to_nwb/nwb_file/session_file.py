"""One session from its source to a finished, verified NWB file, or to nothing."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import Storage
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.ledger.ledger import Ledger, build_ledger, write_ledger
from ssc_to_nwb.nwb_file.assemble import assemble_nwbfile
from ssc_to_nwb.nwb_file.hdf5_file import write_hdf5
from ssc_to_nwb.nwb_file.results import (
    FinishedFile,
    OnProgress,
    Progress,
    SessionOutcome,
    SessionTask,
    Verified,
    VerifyStep,
    no_progress,
    not_verified,
    timed,
)
from ssc_to_nwb.nwb_file.source_hashes import (
    StackHashes,
    hash_small_files,
    reserve_hashes,
    with_hashes,
    write_hashes,
)
from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.output_files import InProgress, output_in_progress, put_in_place
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, error
from ssc_to_nwb.session.context import SessionContext, read_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.session.stub import stub_session, stub_videos

_LEFT_OUT = (
    kinds.RAW_FILE_LEFT_OUT,
    kinds.RAW_LINK_LEFT_OUT,
    kinds.RAW_LINK_DANGLING,
    kinds.RAW_NOT_A_FILE,
)

Finish = Callable[[SessionOutcome, InProgress], None]


def put_in_place_now(_outcome: SessionOutcome, place: InProgress) -> None:
    """Give a finished file its name at once."""
    put_in_place(place)


def convert_session(
    task: SessionTask,
    *,
    on_progress: OnProgress = no_progress,
    verify: VerifyStep = not_verified,
    finish: Finish = put_in_place_now,
) -> SessionOutcome:
    """Convert one session and say what came of it; a failure is an outcome, not an exception.

    verify compares the written file with its source; finish is called when the file is whole and verified, with the
    outcome to be, and gives it its name. An SscError that either raises is the session's failure.
    KeyboardInterrupt and SystemExit pass through, with nothing left behind.
    """
    work = _Work(task=task, log=ProblemLog(), on_progress=on_progress, verify=verify, finish=finish)
    try:
        work.run()
    except SscError as failure:
        return work.failed(failure)
    except Exception as failure:  # noqa: BLE001 - one session's defect must not stop the others; it is reported whole
        return work.failed(
            error(kinds.INTERNAL_ERROR, file=task.session_file.path, found=f"{type(failure).__name__}: {failure}")
        )
    return work.outcome()


@dataclass(slots=True, kw_only=True)
class _Work:
    """One session under way: what is known of it so far."""

    task: SessionTask
    log: ProblemLog
    on_progress: OnProgress
    verify: VerifyStep
    finish: Finish
    seconds: dict[str, float] = field(default_factory=dict)
    whole: Session | None = None
    """The whole session, where a stub is made of it, until the raw files are open."""
    target: Path | None = None
    output_bytes: int = 0
    verified: Verified = field(default_factory=lambda: Verified(mode="off"))

    @property
    def session(self) -> str:
        return str(self.task.session_file.key)

    def run(self) -> None:
        options = self.task.options
        with timed(self.seconds, "read"):
            context = self._load()
            ledger = build_ledger(SessionFacts(context), allow_unmapped=options.allow_unmapped, log=self.log)
            raw = open_raw_data(
                context,
                raw_folder=self.task.session_file.raw_folder,
                mode=options.raw,
                keep_going=options.keep_going,
                log=self.log,
                whole=self.whole,
            )
            if raw is not None and self.whole is not None:
                raw = stub_videos(raw, whole=self.whole.trials.numbers, kept=context.session.trials.numbers)
            self.whole = None
        self.target = target_path(context, output=self.task.output, options=options)
        with output_in_progress(self.target, overwrite=options.overwrite) as place:
            with timed(self.seconds, "write"):
                hashes = hash_small_files(context.session, raw)
                ledger = self._write(context, raw, ledger, place, hashes=hashes)
            self.seconds["write"] -= self.seconds["hash"]
            # The arrays of this reading make room for those of the next; the objects of NWB hold each other.
            del context, raw
            gc.collect()
            with timed(self.seconds, "verify"):
                self.verified = self.verify(
                    FinishedFile(
                        task=self.task,
                        place=place,
                        problems=tuple(self.log.problems),
                        hashes=hashes,
                        on_progress=self.on_progress,
                    )
                )
            self.output_bytes = place.byte_size()
            if not options.stub:
                write_ledger(ledger, place.building_ledger)
            self.finish(self.outcome(), place)
        self.on_progress(Progress(session=self.session, stage="done"))

    def _load(self) -> SessionContext:
        self.on_progress(Progress(session=self.session, stage="read"))
        task = self.task
        context = read_context(
            task.session_file.path, task.metadata, log=self.log, allow_unmapped=task.options.allow_unmapped
        )
        if not task.options.stub:
            return context
        self.whole = context.session
        self.log.add(kinds.STUB_NOT_VERIFIED, file=task.session_file.path)
        return SessionContext(session=stub_session(context.session), metadata=context.metadata, log=self.log)

    def _write(
        self,
        context: SessionContext,
        raw: RawData | None,
        ledger: Ledger,
        place: InProgress,
        *,
        hashes: dict[Path, str],
    ) -> Ledger:
        """Write the file to where it is built; returns the ledger with the source files in it.

        hashes: of the source files, to which those of the stacks are added.
        """
        options = self.task.options
        root = context.session.path.parent
        nwbfile, ledger = assemble_nwbfile(
            context,
            raw=raw,
            storage=Storage(
                videos=place.building_videos,
                videos_name=place.final_videos.name,
                link_videos=options.link_videos,
                chunk_mb=options.chunk_mb,
            ),
            ledger=ledger,
            hashes=hashes,
            options=options.recorded(in_file=True),
        )
        of_stacks = StackHashes(None if options.stub else raw, workers=options.workers)
        steps = write_hdf5(
            nwbfile,
            place.building,
            options=options,
            begin=partial(reserve_hashes, paths=of_stacks.paths, root=root),
            after_plane=of_stacks.hash_plane,
            finish=lambda file: write_hashes(file, of_stacks.all(), root=root),
        )
        for step in steps:
            self.on_progress(
                Progress(session=self.session, stage="write", done_bytes=step.done_bytes, total_bytes=step.total_bytes)
            )
        hashes.update(of_stacks.all())
        self.seconds["hash"] = of_stacks.seconds
        return with_hashes(ledger, hashes, root=root)

    def outcome(self) -> SessionOutcome:
        return SessionOutcome(
            session=self.session,
            source=self.task.session_file.path,
            status="converted",
            output=self.target,
            output_bytes=self.output_bytes,
            verified=self.verified.mode,
            digest=self.verified.digest,
            problems=tuple(self.log.problems),
            seconds=self.seconds,
            left_out=self._left_out(),
        )

    def _left_out(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (problem.file or "", problem.detail or problem.kind.title)
            for problem in self.log.problems
            if problem.kind in _LEFT_OUT
        )

    def failed(self, failure: SscError) -> SessionOutcome:
        return SessionOutcome(
            session=self.session,
            source=self.task.session_file.path,
            status="failed",
            error=failure.problem,
            traceback=traceback.format_exc(),
            problems=tuple(self.log.problems),
            seconds=self.seconds,
        )


def target_path(context: SessionContext, *, output: Path, options: ConversionOptions) -> Path:
    """Path of the NWB file of a session, from what it holds."""
    session = context.session
    return naming.nwb_path(
        output,
        subject=session.key.animal,
        label=session.key.label,
        modalities=naming.modalities(
            behavior=bool(session.arrays) or bool(session.events) or not session.subvolumes,
            imaging=bool(session.subvolumes),
            images=bool(session.subvolumes),
        ),
        stub=options.stub,
    )
