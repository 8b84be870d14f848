"""Raw files that a conversion with `--keep-going` leaves out: the one thing that the proof takes from its reading.

Which files are damaged is a judgement; what is in all the others, the proof reads by itself.
"""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.imaging_stacks.gap_reasons import FILE_SKIPPED
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session


def files_left_out(session: Session, raw: RawData, *, log: ProblemLog) -> dict[Path, str]:
    """Files of planes that are left out, with the reason; none without `--keep-going`.

    log: takes the problems of those that are no stacks.
    """
    if not raw.keep_going:
        return {}
    left_out = {}
    for stack in raw.stacks.values():
        paths = {file.listed_path: file.path for file in stack.listed_files}
        for gap in stack.gaps:
            path = paths.get(gap.listed_path or "")
            if path is not None and gap.reason.startswith(FILE_SKIPPED):
                left_out[path] = gap.reason
    before = len(log.problems)
    for _, judge_files in registry.having("raw_files", "judge_files"):
        judge_files(session, raw, log=log)
    for problem in log.problems[before:]:
        left_out[Path(problem.file or "")] = problem.kind.title
    return left_out
