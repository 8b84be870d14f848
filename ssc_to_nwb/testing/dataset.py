"""Writes made-up sessions in the layout of the data set, with the truth about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ssc_to_nwb.testing.behavior import make_trials
from ssc_to_nwb.testing.imaging import make_subvolumes
from ssc_to_nwb.testing.mat5 import write_mat5
from ssc_to_nwb.testing.matlab import MatStruct, MatValue
from ssc_to_nwb.testing.session_struct import session_struct
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import PlaneTruth, RoiTruth, SubvolumeTruth, TrialTruth, WhiskerTruth
from ssc_to_nwb.testing.whisking import make_whisker


@dataclass(frozen=True, kw_only=True, slots=True)
class SyntheticSession:
    """A made-up session: what is true of it, and the files written."""

    spec: SessionSpec
    root: Path
    mat_path: Path
    tree: MatStruct
    """The struct as written (`matlab.py` has its types)."""
    trials: TrialTruth
    whisker: WhiskerTruth | None
    subvolumes: tuple[SubvolumeTruth, ...]
    stack_paths: dict[tuple[str, int], Path]
    """By plane name and file number."""
    side_paths: tuple[Path, ...]
    """Side images and registration files."""
    video_paths: dict[int, Path]
    """By trial number."""

    @property
    def planes(self) -> tuple[PlaneTruth, ...]:
        """All planes, subvolume by subvolume."""
        return tuple(plane for subvolume in self.subvolumes for plane in subvolume.planes)

    @property
    def rois(self) -> tuple[RoiTruth, ...]:
        """All ROIs, plane by plane."""
        return tuple(roi for plane in self.planes for roi in plane.rois)

    @property
    def touch_rois(self) -> tuple[int, ...]:
        """Numbers of the ROIs made to respond to touch."""
        return tuple(roi.number for roi in self.rois if roi.drive == "touch")

    @property
    def whisking_rois(self) -> tuple[int, ...]:
        """Numbers of the ROIs made to respond to whisking."""
        return tuple(roi.number for roi in self.rois if roi.drive == "whisking")

    @property
    def folder(self) -> Path:
        """Folder of the session's raw files."""
        return self.root / self.spec.session_name

    def plane(self, name: str) -> PlaneTruth:
        """The plane called `fov_VVPPP`; KeyError where there is none."""
        return {plane.name: plane for plane in self.planes}[name]

    def frames(self, plane_name: str, file_number: int) -> np.ndarray:
        """(frames, 2, rows, columns): every frame of one tif as drawn, green and red, damages aside."""
        from ssc_to_nwb.testing.frames import draw_frames

        plane = self.plane(plane_name)
        file = {file.number: file for file in plane.files}[file_number]
        return draw_frames(spec=self.spec, plane=plane, file=file, raw=self.raw_of(plane))

    def stack_folder(self, plane: PlaneTruth) -> Path:
        """Where the plane's tifs lie."""
        return self.folder / plane.name / "fluo_batch_out"

    def raw_of(self, plane: PlaneTruth) -> dict[int, np.ndarray]:
        """(F,) raw fluorescence by ROI number, of all ROIs of the plane's subvolume."""
        return {subvolume.number: subvolume.all_raw for subvolume in self.subvolumes}[plane.subvolume_number]


def write_session(
    *,
    root: Path,
    spec: SessionSpec | None = None,
    raw: bool = True,
    videos: bool = True,
    edit: Callable[[MatStruct], None] | None = None,
    others: Mapping[str, MatValue] | None = None,
) -> SyntheticSession:
    """Write one session under `root`; `edit` may change the struct before it is written, to make it wrong.

    others: variables of the session file beside the struct.

    The stacks are written where `raw`, the whisker videos where `videos`; never for an ssc-2 session, which has none.
    """
    spec = spec or SessionSpec()
    rng_behavior, rng_whisker, rng_imaging, rng_struct = np.random.default_rng(spec.seed).spawn(4)
    trials = make_trials(spec=spec, rng=rng_behavior)
    whisker = make_whisker(spec=spec, trials=trials, rng=rng_whisker) if spec.whisker_data else None
    subvolumes = make_subvolumes(spec=spec, trials=trials, whisker=whisker, rng=rng_imaging)
    tree = session_struct(spec=spec, trials=trials, whisker=whisker, subvolumes=subvolumes, rng=rng_struct)
    if edit is not None:
        edit(tree)
    root.mkdir(parents=True, exist_ok=True)
    session = SyntheticSession(
        spec=spec,
        root=root,
        mat_path=root / spec.mat_file_name,
        tree=tree,
        trials=trials,
        whisker=whisker,
        subvolumes=subvolumes,
        stack_paths={},
        side_paths=(),
        video_paths={},
    )
    _write_mat(session, others=others or {})
    return _with_raw_files(session, raw=raw, videos=videos) if spec.data_set == "ssc-1" else session


def write_dataset(
    *, root: Path, specs: Sequence[SessionSpec], raw: bool = True, videos: bool = True
) -> tuple[SyntheticSession, ...]:
    """Write several sessions side by side under `root`."""
    return tuple(write_session(root=root, spec=spec, raw=raw, videos=videos) for spec in specs)


def _write_mat(session: SyntheticSession, *, others: Mapping[str, MatValue]) -> None:
    spec = session.spec
    variables = {spec.variable_name: session.tree, **others}
    if spec.mat_format == "7.3":
        from ssc_to_nwb.testing.mat73 import write_mat73

        write_mat73(path=session.mat_path, variables=variables, compressed=spec.compressed)
    else:
        write_mat5(path=session.mat_path, variables=variables, compressed=spec.compressed)


def _with_raw_files(session: SyntheticSession, *, raw: bool, videos: bool) -> SyntheticSession:
    if raw:
        from ssc_to_nwb.testing.stacks import write_plane_files

        stacks: dict[tuple[str, int], Path] = {}
        side: list[Path] = []
        for plane in session.planes:
            paths, beside = write_plane_files(
                folder=session.stack_folder(plane), spec=session.spec, plane=plane, raw=session.raw_of(plane)
            )
            stacks.update({(plane.name, number): path for number, path in paths.items()})
            side += beside
        session = replace(session, stack_paths=stacks, side_paths=tuple(side))
    if videos:
        from ssc_to_nwb.testing.videos import write_videos

        paths = write_videos(folder=session.folder, spec=session.spec, trials=session.trials)
        session = replace(session, video_paths=paths)
    return session
