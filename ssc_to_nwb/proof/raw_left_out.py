"""Raw files that a conversion with `--keep-going` leaves out: the one thing that the proof takes from its reading.

Which files are damaged is a judgement; what is in all the others, the proof reads by itself.
"""

from __future__ import annotations

from pathlib import Path

from ssc_to_nwb.data_types.imaging_stacks.gap_reasons import FILE_SKIPPED
from ssc_to_nwb.data_types.registration.source import read_plane_shifts
from ssc_to_nwb.data_types.side_images.source import open_side_image
from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.session.session import Session


def files_left_out(session: Session, raw: RawData, *, log: ProblemLog) -> dict[Path, str]:
    """Stacks, side images and registration files that are left out, with the reason; none without `--keep-going`.

    log: takes the problems of side images and registration files.
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
    _judge_side_images(session, raw, log)
    _judge_registration(session, raw, log)
    for problem in log.problems[before:]:
        left_out[Path(problem.file or "")] = problem.kind.title
    return left_out


def _judge_side_images(session: Session, raw: RawData, log: ProblemLog) -> None:
    shapes = {plane.name: plane.image_shape for plane in session.planes}
    for plane in raw.inventory.planes:
        for file in plane.side_images:
            try:
                open_side_image(file, plane_name=plane.plane_name, image_shape=shapes[plane.plane_name])
            except SscError as failure:
                log.add_overcome(failure.problem)


def _judge_registration(session: Session, raw: RawData, log: ProblemLog) -> None:
    files = {plane.plane_name: plane.registration for plane in raw.inventory.planes}
    for plane in session.planes:
        read_plane_shifts(
            plane_name=plane.name,
            registration=files[plane.name],
            frame_index=plane.frame_index,
            stack=raw.stacks[plane.name],
            keep_going=True,
            log=log,
        )
