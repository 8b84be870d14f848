"""The interfaces of the raw files, written by an ordinary NWBHDF5IO and read back by others' readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from pynwb import NWBHDF5IO, NWBFile
from roiextractors import NwbImagingExtractor
from scipy.io import loadmat

from ssc_to_nwb.clock import Clock
from ssc_to_nwb.data_types.declared import Storage
from ssc_to_nwb.data_types.imaging_stacks.layout import imaging_gaps
from ssc_to_nwb.data_types.imaging_stacks.source import PlaneStack
from ssc_to_nwb.data_types.interfaces import (
    ImagingStacksInterface,
    RawInterface,
    RegistrationInterface,
    RoiSegmentationInterface,
    SideImagesInterface,
    WhiskerVideoInterface,
)
from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.data_types.session.interface import make_nwbfile
from ssc_to_nwb.data_types.whisker_videos.interface import link_or_copy
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, grouped_by_kind
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec
from ssc_to_nwb.tif.header import PageText

SPEC = SessionSpec(
    n_trials=5,
    image_shape=(24, 40),
    subvolumes=(SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=3), SubvolumeSpec(number=2, planes=(4,))),
    arrays=("dff",),
    blank_time_point=True,
    short_last_file=True,
    rejected_file=True,
    late_first_file=True,
    unlisted_tif=True,
    unknown_trial_frames=True,
    red_in_all_cells=True,
    stacks=StackSpec(dtype="int16", scanimage_header=True, imreg_files=True, files_missing=(2,)),
)
INTERFACES = (ImagingStacksInterface, RegistrationInterface, SideImagesInterface, WhiskerVideoInterface)


@dataclass
class Written:
    """A made-up session, as it was opened and as it was written."""

    made: SyntheticSession
    context: SessionContext
    raw: RawData
    path: Path


def opened(made: SyntheticSession, *, keep_going: bool = False) -> tuple[SessionContext, RawData]:
    context = load_context(made.mat_path)
    raw = open_raw_data(context, raw_folder=made.folder, mode="auto", keep_going=keep_going, log=context.log)
    assert raw is not None
    return context, raw


def assembled(context: SessionContext, raw: RawData | None, **storage: Any) -> NWBFile:
    nwbfile = make_nwbfile(context)
    RoiSegmentationInterface.from_context(context).add(nwbfile)
    for kind in INTERFACES:
        interface = kind.from_context(context, raw)
        interface.storage = Storage(**storage)
        interface.add(nwbfile)
    return nwbfile


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("raw")
    made = write_session(root=root / "source", spec=SPEC)
    context, raw = opened(made)
    path = root / "sub-an900001" / "sub-an900001_ses-20130308_image+ophys.nwb"
    path.parent.mkdir()
    nwbfile = assembled(context, raw, videos=path.with_suffix(""))
    with NWBHDF5IO(path, "w") as io:
        io.write(nwbfile)
    return Written(made=made, context=context, raw=raw, path=path)


@pytest.fixture(scope="module")
def nwb(written: Written) -> Iterator[NWBFile]:
    with NWBHDF5IO(written.path, "r") as io:
        yield io.read()


def frames_from_tifs(made: SyntheticSession, plane_name: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the index and frames (t, 2, rows, columns), read with tifffile alone from the listed files."""
    plane = made.plane(plane_name)
    listed = [file for file in plane.files if file.listed]
    positions, frames = [], []
    for position, (file, frame) in enumerate(plane.frame_index.T):
        path = None if np.isnan(file) else made.stack_paths.get((plane_name, listed[int(file) - 1].number))
        if path is not None and path.exists():
            pages = tifffile.imread(path, is_scanimage=False, key=slice(2 * int(frame) - 2, 2 * int(frame)))
            positions.append(position)
            frames.append(pages)
    return np.array(positions), np.array(frames)


@pytest.mark.parametrize(
    "plane_name",
    ["fov_01002", pytest.param("fov_01003", marks=pytest.mark.long), pytest.param("fov_02004", marks=pytest.mark.long)],
)
def test_every_frame_through_pynwb_h5py_and_roiextractors(written: Written, nwb: NWBFile, plane_name: str) -> None:
    positions, frames = frames_from_tifs(written.made, plane_name)
    assert 0 < len(positions) < written.made.plane(plane_name).frame_index.shape[1]
    assert frames.dtype == np.int16
    assert frames.min() < 0
    volume = next(volume for volume in written.made.subvolumes if plane_name in {plane.name for plane in volume.planes})
    for number, channel in enumerate(("green", "red")):
        name = f"two_photon_series_{plane_name}_{channel}"
        series = nwb.acquisition[name]
        assert series.data.dtype == np.int16
        assert np.array_equal(series.data[:].swapaxes(1, 2), frames[:, number])
        assert np.allclose(series.timestamps[:], volume.time_ms[positions] / 1000.0, rtol=0, atol=1e-9)
        with h5py.File(written.path) as file:
            assert np.array_equal(file[f"acquisition/{name}/data"][...], frames[:, number].swapaxes(1, 2))
        extractor = NwbImagingExtractor(written.path, optical_series_name=name)
        assert extractor.get_image_shape() == (24, 40)
        assert np.array_equal(extractor.get_series(0, len(frames)), frames[:, number])


def test_what_is_known_of_a_series(written: Written, nwb: NWBFile) -> None:
    series = nwb.acquisition["two_photon_series_fov_01003_red"]
    assert series.dimension[:].tolist() == [40, 24]
    assert series.field_of_view[:].tolist() == pytest.approx([600e-6, 600e-6])
    assert series.scan_line_rate == 16000.0
    assert "Motion-registered" in series.description
    assert series.imaging_plane is nwb.imaging_planes["imaging_plane_fov_01003_red"]
    assert series.imaging_plane.device.name == written.context.metadata.imaging.microscope.name
    assert "state.configPath=" in series.comments
    missing = int((~written.raw.stacks["fov_01003"].exists).sum())
    assert missing > 1
    assert f"; {missing} frames are missing, see imaging_gaps. " in series.description


def test_green_and_red_are_not_exchanged(nwb: NWBFile) -> None:
    labels = {"green": (515, "GCaMP6s"), "red": (675, "red nuclear or structural label")}
    for name, series in nwb.acquisition.items():
        if name.startswith("two_photon_series_"):
            (channel,) = series.imaging_plane.optical_channel
            assert channel.name == name.rsplit("_", 1)[1]
            assert (channel.emission_lambda, series.imaging_plane.indicator) == labels[channel.name]


def test_both_channels_share_their_time_stamps(written: Written) -> None:
    with h5py.File(written.path) as file:
        green = file["acquisition/two_photon_series_fov_01002_green/timestamps"]
        assert file["acquisition/two_photon_series_fov_01002_red/timestamps"] == green


def test_cells_that_are_bright_in_the_stack_lie_under_their_masks(written: Written, nwb: NWBFile) -> None:
    segmentation = nwb.processing["ophys"]["ImageSegmentation"]
    for plane in written.made.planes:
        red = nwb.acquisition[f"two_photon_series_{plane.name}_red"].data[:].mean(axis=0)
        for mask in segmentation[f"plane_segmentation_{plane.name}"]["pixel_mask"]:
            inside = red[[x for x, _, _ in mask], [y for _, y, _ in mask]]
            assert inside.mean() > red.mean() + 3 * red.std() / np.sqrt(len(mask))


def test_every_missing_frame_is_in_the_table_of_gaps(written: Written, nwb: NWBFile) -> None:
    gaps = nwb.intervals["imaging_gaps"].to_dataframe()
    assert gaps["start_time"].is_monotonic_increasing
    for volume in written.made.subvolumes:
        for plane in volume.planes:
            positions, _ = frames_from_tifs(written.made, plane.name)
            missing = np.setdiff1d(np.arange(len(volume.time_ms)), positions)
            rows = gaps[gaps["plane_name"] == plane.name].sort_values("first_time_index")
            found = [
                np.arange(first, first + count)
                for first, count in zip(rows["first_time_index"], rows["frame_count"], strict=True)
            ]
            assert np.array_equal(np.concatenate(found), missing)
            for (_, row), indices in zip(rows.iterrows(), found, strict=True):
                assert row["start_time"] == pytest.approx(volume.time_ms[indices[0]] / 1000.0)
                assert row["stop_time"] == pytest.approx((volume.time_ms[indices[-1]] + 1000 / 7) / 1000.0, abs=1e-6)
                trials = np.unique(volume.trials[indices])
                assert list(row["trial_numbers"]) == trials[trials >= 0].tolist()


def test_gaps_of_planes_whose_trials_have_one_frame_each_have_a_length() -> None:
    nothing = np.full(3, -1, dtype=np.int64)
    stack = PlaneStack(
        plane_name="fov_01002",
        frame_index=FrameIndex(file_number=nothing, frame_number=nothing),
        trial=np.array([1, 2, 3]),
        listed_files=(),
        used={},
        unused={},
        channel_pages=(0, 1),
    )
    (table,) = imaging_gaps([(stack, np.array([10.0, 9000, 18_000]))], clock=Clock())
    start, stop = (column.values[0] for column in table.columns[:2])
    assert (start, stop) == (0.01, 18.001)


def test_reasons_and_files_of_gaps(nwb: NWBFile) -> None:
    gaps = nwb.intervals["imaging_gaps"].to_dataframe()
    missing = gaps[gaps["reason"] == "the tif file is missing"]
    assert set(missing["plane_name"]) == {"fov_01002"}
    listed = "fov_01002/fluo_batch_out/Image_Registration_4_an900001_2013_03_08_main_002.tif"
    assert set(missing["listed_file"]) == {listed}
    unlisted = gaps[gaps["reason"] == "the session file lists no frame of this plane"]
    assert set(unlisted["listed_file"]) == {""}


def test_no_gap_no_table(tmp_path: Path) -> None:
    made = write_session(
        root=tmp_path, spec=replace(SPEC, blank_time_point=False, short_last_file=False, rejected_file=False,
                                    late_first_file=False, stacks=StackSpec()), videos=False,
    )  # fmt: skip
    context, raw = opened(made)
    timed = [(stack, np.arange(len(stack.exists), dtype=float)) for stack in raw.stacks.values()]
    assert list(imaging_gaps(timed, clock=context.clock)) == []


def test_a_plane_without_any_frame_has_no_series_but_a_gap(tmp_path: Path) -> None:
    made = write_session(root=tmp_path, spec=SPEC, videos=False)
    for (plane, _), path in made.stack_paths.items():
        if plane == "fov_01003":
            path.unlink()
    context, raw = opened(made)
    nwbfile = make_nwbfile(context)
    ImagingStacksInterface.from_context(context, raw).add(nwbfile)
    assert "two_photon_series_fov_01002_green" in nwbfile.acquisition
    assert "two_photon_series_fov_01003_green" not in nwbfile.acquisition
    gaps = nwbfile.intervals["imaging_gaps"].to_dataframe()
    count = gaps[gaps["plane_name"] == "fov_01003"]["frame_count"].sum()
    assert count == made.plane("fov_01003").frame_index.shape[1]


def test_a_text_too_long_for_an_attribute_is_cut_and_reported(written: Written) -> None:
    stack = written.raw.stacks["fov_01002"]
    text = PageText(0, stack.first_file.page_count, "state=" + "x" * 100_000)
    stack = replace(stack, used={number: replace(index, texts=(text,)) for number, index in stack.used.items()})
    raw = replace(written.raw, stacks={**written.raw.stacks, "fov_01002": stack})
    context = load_context(written.made.mat_path)
    nwbfile = make_nwbfile(context)
    ImagingStacksInterface.from_context(context, raw).add(nwbfile)
    assert len(nwbfile.acquisition["two_photon_series_fov_01002_green"].comments) < 64_000
    assert len(grouped_by_kind(context.log.problems)[kinds.TIF_TEXT_CUT]) == 1


def test_shifts_are_those_of_the_frames_files(written: Written, nwb: NWBFile) -> None:
    for volume in written.made.subvolumes:
        for plane in volume.planes:
            listed = [file for file in plane.files if file.listed]
            expected, times = [], []
            for position, (file, frame) in enumerate(plane.frame_index.T):
                stack = (
                    None if np.isnan(file) else written.made.stack_paths.get((plane.name, listed[int(file) - 1].number))
                )
                if stack is not None:
                    shifts = loadmat(str(stack.with_suffix(".imreg_out")), appendmat=False)
                    expected.append([shifts["dx_r"][0, int(frame) - 1], shifts["dy_r"][0, int(frame) - 1]])
                    times.append(volume.time_ms[position] / 1000.0)
            series = nwb.processing["ophys"][f"registration_shift_{plane.name}"]
            assert np.array_equal(series.data[:], expected)
            assert np.allclose(series.timestamps[:], times, rtol=0, atol=1e-9)
            assert series.unit == "pixels"


def test_shifts_share_the_frames_time_stamps(written: Written) -> None:
    with h5py.File(written.path) as file:
        frames = file["acquisition/two_photon_series_fov_01002_green/timestamps"]
        assert file["processing/ophys/registration_shift_fov_01002/timestamps"] == frames


def test_side_images_keep_their_values(written: Written, nwb: NWBFile) -> None:
    single = per_trial = 0
    for path in written.made.side_paths:
        if path.suffix != ".tif":
            continue
        plane = path.parent.parent.name
        kind, _, number = path.stem.rpartition("_chan_")
        channel = ("green", "red")[int(number) - 1]
        pages = tifffile.imread(path)
        if pages.ndim == 2:
            image = nwb.processing["ophys"][f"images_{plane}"][f"{kind}_{channel}"]
            assert np.array_equal(image.data[:], pages.T)
            assert image.data.dtype == pages.dtype
            single += 1
        else:
            table = nwb.processing["ophys"][f"{kind}_{plane}_{channel}"]
            assert np.array_equal(table["image"].data[:], pages.swapaxes(1, 2))
            assert len(table) == len(pages)
            per_trial += 1
    assert (single, per_trial) == (3 * 5 * 2, 3 * 2 * 2)


def test_the_session_files_master_image_is_beside_that_of_the_tif(nwb: NWBFile) -> None:
    names = set(nwb.processing["ophys"]["images_fov_01002"].images)
    assert {"master_green", "master_imreg_image_green"} <= names


def test_videos_lie_in_the_folder_named_as_the_file(written: Written, nwb: NWBFile) -> None:
    series = nwb.acquisition["whisker_video"]
    assert series.format == "external"
    for name, (trial, source) in zip(series.external_file[:], written.made.video_paths.items(), strict=True):
        assert name == f"sub-an900001_ses-20130308_image+ophys/{source.name}"
        assert (written.path.parent / name).read_bytes() == source.read_bytes()
        assert str(trial) in series.comments


def test_starting_frames_and_time_stamps_of_videos(written: Written, nwb: NWBFile) -> None:
    series = nwb.acquisition["whisker_video"]
    whisker = written.made.whisker
    assert whisker is not None
    starts = [*series.starting_frame[:].tolist(), len(series.timestamps)]
    assert starts[0] == 0
    for number, trial in enumerate(written.made.video_paths):
        times = series.timestamps[starts[number] : starts[number + 1]]
        samples = whisker.time_ms[whisker.trials == trial] / 1000.0
        if samples.size:
            assert np.allclose(times, samples, rtol=0, atol=1e-9)
        else:
            assert times[0] == pytest.approx(written.made.trials.start_ms[number] / 1000.0)
            assert np.allclose(np.diff(times), 0.002)
    assert series.dimension[:].tolist() == [64, 48]


def test_videos_stay_where_they_are_without_a_folder(written: Written) -> None:
    nwbfile = assembled(written.context, written.raw)
    assert nwbfile.acquisition["whisker_video"].external_file == list(map(str, written.made.video_paths.values()))


def test_a_link_is_the_same_file_and_a_copy_serves_where_none_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"video")
    link_or_copy(source, tmp_path / "b.mp4")
    assert (tmp_path / "b.mp4").samefile(source)

    def refuse(*_: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    link_or_copy(source, tmp_path / "c.mp4")
    assert not (tmp_path / "c.mp4").samefile(source)
    assert (tmp_path / "c.mp4").read_bytes() == b"video"


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (ImagingStacksInterface, "acquisition/two_photon_series_fov_01002_green/data"),
        pytest.param(
            RegistrationInterface, "processing/ophys/registration_shift_fov_01002/data", marks=pytest.mark.long
        ),
        pytest.param(
            SideImagesInterface, "processing/ophys/images_fov_01002/session_mean_green", marks=pytest.mark.long
        ),
        (SideImagesInterface, "processing/ophys/session_pertrial_mean_fov_01002_green/image"),
        (WhiskerVideoInterface, "acquisition/whisker_video/timestamps"),
    ],
)
def test_each_interface_works_alone_as_neuroconv_does_it(
    written: Written, kind: type[RawInterface], place: str, tmp_path: Path
) -> None:
    interface = kind(file_path=str(written.made.mat_path), folder_path=str(written.made.folder))
    interface.run_conversion(nwbfile_path=str(tmp_path / "x.nwb"), metadata=interface.get_metadata(), overwrite=True)
    with h5py.File(tmp_path / "x.nwb") as alone, h5py.File(written.path) as together:
        assert alone[place].size > 0
        np.testing.assert_array_equal(alone[place][()], together[place][()])


def test_without_raw_files_nothing_is_added(written: Written) -> None:
    nwbfile = make_nwbfile(written.context)
    before = set(nwbfile.objects)
    for kind in INTERFACES:
        kind.from_context(written.context, None).add(nwbfile)
    assert set(nwbfile.objects) == before


def test_damaged_files_beside_the_stacks(tmp_path: Path) -> None:
    made = write_session(root=tmp_path, spec=replace(SPEC, trials_with_broken_video=(1,)))
    folder = made.stack_folder(made.planes[0])
    for name in ("session_mean_chan_01.tif", "Image_Registration_4_an900001_2013_03_08_main_001.imreg_out"):
        (folder / name).write_bytes(b"damaged beyond recognition")
    context, raw = opened(made)
    for kind, problem in (
        (RegistrationInterface, kinds.REGISTRATION_UNREADABLE),
        (SideImagesInterface, kinds.SIDE_IMAGE_UNREADABLE),
        (WhiskerVideoInterface, kinds.VIDEO_UNREADABLE),
    ):
        with pytest.raises(SscError, match=problem.identifier):
            kind.from_context(context, raw).add(make_nwbfile(context))
    context, raw = opened(made, keep_going=True)
    nwbfile = assembled(context, raw)
    found = set(grouped_by_kind(context.log.problems))
    assert {
        kinds.REGISTRATION_UNREADABLE,
        kinds.SIDE_IMAGE_UNREADABLE,
        kinds.VIDEO_UNREADABLE,
    } <= found
    assert "session_mean_green" not in nwbfile.processing["ophys"]["images_fov_01002"].images
    assert "session_mean_red" in nwbfile.processing["ophys"]["images_fov_01002"].images
    assert len(nwbfile.acquisition["whisker_video"].external_file) == len(made.video_paths) - 1
