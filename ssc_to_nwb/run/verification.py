"""The proof of a file that is written and has not yet got its name: source and file are read again and compared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ssc_to_nwb.nwb_file.results import FinishedFile, Progress, Verified
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, error

if TYPE_CHECKING:
    from ssc_to_nwb.proof.file import VerifyReport

# Differences named in the message of a failed verification; `verify` on the command line shows more.
_SHOWN = 5


def verify_finished(finished: FinishedFile) -> Verified:
    """Compare a finished file with its source, as its options ask; a stub has no whole source to be compared with.

    The digest of the content is made where every value was read.

    Raises verification-failed, with the first differences.
    """
    options = finished.task.options
    if options.verify == "off" or options.stub:
        return Verified(mode="off")
    report = _compared(finished)
    if not report.ok:
        first = [f"{problem.kind.title}: {problem.field} {problem.detail or ''}".strip() for problem in report.problems]
        raise error(
            kinds.VERIFICATION_FAILED,
            file=finished.place.final,
            found=f"{len(report.problems) + report.left_out} differences: {'; '.join(first[:_SHOWN])}",
        )
    return Verified(mode=options.verify, digest=report.digest)


def _compared(finished: FinishedFile) -> VerifyReport:
    from ssc_to_nwb.proof.file import read_source_again, verify_file
    from ssc_to_nwb.session.raw_data import open_raw_data

    task, options = finished.task, finished.task.options
    # The problems that the conversion met say what is left out; those of the second reading would only repeat them.
    again = read_source_again(task.session_file.path, task.metadata, log=ProblemLog())
    context = replace(again, log=ProblemLog(list(finished.problems)))

    def draw(done_bytes: int, total_bytes: int) -> None:
        session = str(task.session_file.key)
        finished.on_progress(Progress(session=session, stage="verify", done_bytes=done_bytes, total_bytes=total_bytes))

    draw(0, 0)
    return verify_file(
        finished.place.building,
        context=context,
        raw=open_raw_data(
            context,
            raw_folder=task.session_file.raw_folder,
            mode=options.raw,
            keep_going=options.keep_going,
            log=ProblemLog(),
        ),
        mode=options.verify,
        workers=options.workers,
        memory_mb=options.memory_mb,
        hashes=finished.hashes,
        final_path=finished.place.final,
        videos=finished.place.building_videos,
        with_digest=options.verify == "full",
        progress=draw,
    )
