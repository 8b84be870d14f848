"""A small, sound NWB file in the shape of this project's, made with pynwb alone, for checks to be tried on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from hdmf.common import VectorData
from pynwb import NWBHDF5IO, NWBFile, ProcessingModule
from pynwb.base import Images, TimeSeries
from pynwb.device import Device
from pynwb.epoch import TimeIntervals
from pynwb.event import EventsTable, TimestampVectorData
from pynwb.file import Subject
from pynwb.image import GrayscaleImage, ImageSeries
from pynwb.ophys import (
    DfOverF,
    Fluorescence,
    ImageSegmentation,
    ImagingPlane,
    OpticalChannel,
    PlaneSegmentation,
    RoiResponseSeries,
    TwoPhotonSeries,
)

FILE_NAME = "sub-an1_ses-20130308_behavior+image+ophys.nwb"
VIDEO_FOLDER = FILE_NAME.removesuffix(".nwb")

VIDEO = "acquisition/whisker_video"
IMAGING = ("processing/ophys", "acquisition/two_photon_series_fov_01002_green")
"""Where in the file they are."""

TRIALS = np.array([2, 3, 5])
STARTS = np.array([10.0, 20.0, 30.0])
STOPS = np.array([16.0, 26.0, 36.0])
TYPES = ["HitL", "ErrR", "NoLickR"]
COLUMNS, ROWS, FRAMES = 10, 8, 12
IMAGING_TIMES = np.concatenate([start + np.arange(4) / 7 for start in STARTS])
WHISKER_TIMES = np.concatenate([start + np.arange(150) * 0.002 for start in STARTS])


def write_sound_file(folder: Path) -> Path:
    """Write the file and its videos below `folder`, in DANDI's layout; returns its path."""
    path = folder / "sub-an1" / FILE_NAME
    (path.parent / VIDEO_FOLDER).mkdir(parents=True)
    for trial in TRIALS:
        (path.parent / VIDEO_FOLDER / f"trial_{trial:03d}.mp4").write_bytes(b"video")
    with NWBHDF5IO(str(path), "w") as io:
        io.write(sound_nwbfile())
    return path


def sound_nwbfile() -> NWBFile:
    """The file in memory: three trials, one plane of three ROIs, one whisker."""
    rng = np.random.default_rng(0)
    nwbfile = NWBFile(
        session_description="Localization of a pole with one whisker.",
        experiment_description="Imaging of barrel cortex during touch.",
        identifier="an1/20130308",
        session_start_time=datetime(2013, 3, 8, 15, 45, tzinfo=UTC),
        session_id="20130308",
        experimenter=["Doe, Jane"],
        institution="Some Institute",
        lab="Some Lab",
        keywords=["whisker", "touch"],
        subject=Subject(subject_id="an1", species="Mus musculus", sex="M", age="P6W/P8W", description="Adult mouse."),
    )
    behavior = nwbfile.create_processing_module("behavior", "Whisker traces.")
    angle = TimeSeries(
        name="whisker_angle_c2", description="Angle of whisker c2.", unit="degrees", comments="Tracked from videos.",
        data=rng.normal(0, 1, WHISKER_TIMES.size), timestamps=WHISKER_TIMES,
    )  # fmt: skip
    behavior.add(angle)
    _add_trial_numbers(behavior, "trial_number", owner=angle)
    _add_imaging(nwbfile, rng)
    _add_events(nwbfile)
    _add_trials(nwbfile)
    _add_video(nwbfile)
    return nwbfile


def _add_trial_numbers(module: ProcessingModule, name: str, *, owner: TimeSeries) -> None:
    labels = np.repeat(TRIALS, len(owner.timestamps) // TRIALS.size).astype(np.int32)
    module.add(TimeSeries(name=name, description="Trial numbers.", unit="n/a", data=labels, timestamps=owner))


def _add_imaging(nwbfile: NWBFile, rng: np.random.Generator) -> None:
    device = nwbfile.add_device(Device(name="microscope", description="A two-photon microscope."))
    channel = OpticalChannel(name="green", description="Green light.", emission_lambda=515.0)
    plane = ImagingPlane(
        name="imaging_plane_fov_01002", description="Plane 2 of subvolume 1.", optical_channel=channel, device=device,
        excitation_lambda=1000.0, indicator="GCaMP6s", location="SSp-bfd", imaging_rate=7.0,
    )  # fmt: skip
    nwbfile.add_imaging_plane(plane)
    series = TwoPhotonSeries(
        name="two_photon_series_fov_01002_green", description="Green frames.", imaging_plane=plane, unit="pixel value",
        data=rng.integers(0, 1000, (FRAMES, COLUMNS, ROWS)).astype(np.uint16), timestamps=IMAGING_TIMES,
    )  # fmt: skip
    nwbfile.add_acquisition(series)
    ophys = nwbfile.create_processing_module("ophys", "Masks and traces.")
    images = Images(name="images_fov_01002", description="Images of fov_01002.")
    images.add_image(
        GrayscaleImage(name="master_green", description="Master image.", data=np.ones((COLUMNS, ROWS), dtype=np.uint16))
    )
    ophys.add(images)
    _add_traces(ophys, _segmentation(ophys, plane), rng)


def _segmentation(ophys: ProcessingModule, plane: ImagingPlane) -> PlaneSegmentation:
    table = PlaneSegmentation(
        name="plane_segmentation_fov_01002", description="ROIs of fov_01002.", imaging_plane=plane
    )
    for number, (x, y) in zip((1001, 1004, 1007), ((9, 7), (0, 0), (4, 5)), strict=True):
        table.add_roi(pixel_mask=[(x, y, 1.0), (max(x - 1, 0), y, 1.0)], id=number)
    ophys.add(ImageSegmentation(name="ImageSegmentation", plane_segmentations=[table]))
    return table


def _add_traces(ophys: ProcessingModule, table: PlaneSegmentation, rng: np.random.Generator) -> None:
    owner: TimeSeries | None = None
    for container, prefix in (
        (Fluorescence(name="Fluorescence"), "raw_fluorescence"),
        (DfOverF(name="DfOverF"), "dff"),
        (Fluorescence(name="CalciumEvents"), "calcium_events"),
    ):
        series = RoiResponseSeries(
            name=f"{prefix}_fov_01002",
            description="Traces of fov_01002.",
            data=rng.normal(1, 0.1, (FRAMES, 3)),
            unit="dF/F",
            rois=table.create_roi_table_region(description="All ROIs.", region=[0, 1, 2]),
            timestamps=IMAGING_TIMES if owner is None else owner,
        )
        owner = owner or series
        ophys.add(container)
        container.add_roi_response_series(series)
    _add_trial_numbers(ophys, "trial_number_subvolume_01", owner=ophys["Fluorescence"]["raw_fluorescence_fov_01002"])


def _add_events(nwbfile: NWBFile) -> None:
    for name, start, stop, columns in (
        ("pole_in_reach", STARTS + 1, STARTS + 3, {}),
        ("touches", STARTS + 2, STARTS + 2 + np.array([0.002, 0.01, 0.02]), {"direction": ["protraction"] * 3}),
        ("reward_cue", STARTS + 4, STARTS + 4.1, {}),
        ("rewards", STARTS[:1] + 5, STARTS[:1] + 5.04, {"side": ["left"]}),
    ):
        values = {"start_time": start, "stop_time": stop, "trial_number": TRIALS[: start.size], **columns}
        nwbfile.add_time_intervals(
            TimeIntervals(name=name, description=f"Times of {name}.", columns=_columns(values), colnames=list(values))
        )
    licks = {"side": ["right", "left", "left"], "trial_number": np.array([2, 2, 3])}
    times = TimestampVectorData(name="timestamp", description="Times.", data=np.array([10.5, 14.6, 24.6]))
    nwbfile.add_events_table(
        EventsTable(
            name="licks", description="Licks.", columns=[times, *_columns(licks)], colnames=["timestamp", *licks],
            source_description="Lick ports.",
        )
    )  # fmt: skip


def _add_trials(nwbfile: NWBFile) -> None:
    values = {
        "start_time": STARTS,
        "stop_time": STOPS,
        "trial_number": TRIALS,
        "trial_type": TYPES,
        "response": ["hit", "error", "no_lick"],
        "correct_side": ["left", "right", "right"],
        "left_water_valve_time": np.array([0.04, 0.04, 0.04]),
    }
    trials = TimeIntervals(
        name="trials",
        description="Trials.",
        columns=_columns(values),
        colnames=list(values),
    )
    nwbfile.trials = trials


def _add_video(nwbfile: NWBFile) -> None:
    nwbfile.add_acquisition(
        ImageSeries(
            name="whisker_video", description="Videos of the whisker.", format="external", unit="n.a.",
            external_file=[f"{VIDEO_FOLDER}/trial_{trial:03d}.mp4" for trial in TRIALS],
            starting_frame=[0, 150, 300], timestamps=WHISKER_TIMES,
            device=nwbfile.add_device(Device(name="camera", description="A fast camera.")),
        )
    )  # fmt: skip


def _columns(values: dict[str, object]) -> list[VectorData]:
    return [VectorData(name=name, description=f"The {name}.", data=data) for name, data in values.items()]
