"""Writes made-up sessions in the layout of the data set, with the truth about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ssc_to_nwb.testing.behavior import make_trials
from ssc_to_nwb.testing.imaging import make_subvolumes
from ssc_to_nwb.testing.matlab import MatStruct, MatValue, write_mat5, write_mat73
from ssc_to_nwb.testing.session_struct import session_struct
from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import PlaneTruth, RoiTruth, SubvolumeTruth, TrialTruth, WhiskerTruth
from ssc_to_nwb.testing.whisking import make_whisker


@dataclass(frozen=True, kw_only=True, slots=True)
class SyntheticSession:
    """A made-up session: what is true of it, and the files written.

    Attributes
    ----------
    spec : SessionSpec
        What it was made from.
    root : Path
        Folder of the data set.
    mat_path : Path
        The session file.
    tree : MatStruct
        The struct as written.
    trials : TrialTruth
        What is true of the trials.
    whisker : WhiskerTruth or None
        What is true of the whiskers; None for a session without whisker data.
    subvolumes : tuple of SubvolumeTruth
        What is true of planes, ROIs and frames.
    stack_paths : dict of (str, int) to Path
        Tifs by plane name and file number.
    side_paths : list of Path
        Side images and registration files.
    video_paths : dict of int to Path
        Videos by trial number.
    """

    spec: SessionSpec
    root: Path
    mat_path: Path
    tree: MatStruct
    trials: TrialTruth
    whisker: WhiskerTruth | None
    subvolumes: tuple[SubvolumeTruth, ...]
    stack_paths: dict[tuple[str, int], Path]
    side_paths: list[Path]
    video_paths: dict[int, Path]

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
        """A plane by its name.

        Parameters
        ----------
        name : str
            `fov_VVPPP`.

        Returns
        -------
        PlaneTruth
            What is true of it.

        Raises
        ------
        KeyError
            There is no such plane.
        """
        return {plane.name: plane for plane in self.planes}[name]

    def frames(self, plane_name: str, file_number: int) -> np.ndarray:
        """Every frame of one tif as drawn, damages aside.

        Parameters
        ----------
        plane_name : str
            `fov_VVPPP`.
        file_number : int
            The NNN of its name.

        Returns
        -------
        ndarray, (frames, 2, rows, columns)
            Green and red.

        Raises
        ------
        KeyError
            There is no such plane or file.
        """
        from ssc_to_nwb.testing.frames import draw_frames

        plane = self.plane(plane_name)
        file = {file.number: file for file in plane.files}[file_number]
        return draw_frames(spec=self.spec, plane=plane, file=file)

    def stack_folder(self, plane: PlaneTruth) -> Path:
        """Where the plane's tifs lie.

        Parameters
        ----------
        plane : PlaneTruth
            A plane of the session.

        Returns
        -------
        Path
            Below the session's folder.
        """
        return self.folder / plane.name / "fluo_batch_out"


def write_session(
    *,
    root: Path,
    spec: SessionSpec | None = None,
    raw: bool = True,
    videos: bool = True,
    edit: Callable[[MatStruct], None] | None = None,
    others: Mapping[str, MatValue] | None = None,
) -> SyntheticSession:
    """Write one session.

    The stacks and videos of an ssc-2 session, which has none, are never written.

    Parameters
    ----------
    root : Path
        Folder of the data set, made where it is not there.
    spec : SessionSpec or None, optional
        What to make; the defaults where None.
    raw : bool, default True
        Write the imaging stacks.
    videos : bool, default True
        Write the whisker videos.
    edit : Callable[[MatStruct], None] or None, optional
        May change the struct before it is written, to make it wrong.
    others : Mapping[str, MatValue] or None, optional
        Variables of the session file beside the struct.

    Returns
    -------
    SyntheticSession
        The paths, and what is true of the session.
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
        side_paths=[],
        video_paths={},
    )
    variables = {spec.variable_name: tree, **(others or {})}
    if spec.mat_format == "7.3":
        write_mat73(path=session.mat_path, variables=variables)
    else:
        write_mat5(path=session.mat_path, variables=variables, compressed=spec.compressed)
    if raw and spec.data_set == "ssc-1":
        from ssc_to_nwb.testing.stacks import write_plane_files

        for plane in session.planes:
            paths, beside = write_plane_files(folder=session.stack_folder(plane), spec=spec, plane=plane)
            session.stack_paths.update({(plane.name, number): path for number, path in paths.items()})
            session.side_paths.extend(beside)
    if videos and spec.data_set == "ssc-1":
        from ssc_to_nwb.testing.videos import write_videos

        session.video_paths.update(write_videos(folder=session.folder, spec=spec, trials=trials))
    return session


def write_dataset(
    *, root: Path, specs: Sequence[SessionSpec], raw: bool = True, videos: bool = True
) -> tuple[SyntheticSession, ...]:
    """Write several sessions side by side under `root`.

    Parameters
    ----------
    root : Path
        Folder of the data set, made where it is not there.
    specs : Sequence[SessionSpec]
        A session each.
    raw : bool, default True
        Write the imaging stacks.
    videos : bool, default True
        Write the whisker videos.

    Returns
    -------
    tuple[SyntheticSession, ...]
        In the order of the specs.
    """
    return tuple(write_session(root=root, spec=spec, raw=raw, videos=videos) for spec in specs)
