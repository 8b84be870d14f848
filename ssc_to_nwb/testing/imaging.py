"""Calcium events, dF/F and raw fluorescence of the ROIs of a made-up subvolume.

Some ROIs respond to touch, some to whisking, the rest to neither; all fire now and then. An event has its amplitude at
the onset of the transient. Raw fluorescence is F0 * (1 + dF/F) and at the same time exactly the mean of the ROI's
pixels in the green frame: it is rounded so that it times the number of pixels is a whole number, and the frames
(`stacks.py`) are drawn to that sum.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ssc_to_nwb.testing.cells import make_master_image, make_neuropil, make_rois
from ssc_to_nwb.testing.frames import TimePoints, listed_path, plan_files, plan_time, share_trials
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec
from ssc_to_nwb.testing.truth import PlaneTruth, RoiTruth, SubvolumeTruth, TrialTruth, WhiskerTruth

_SPONTANEOUS_HZ = 0.04
_TOUCH_GAIN, _TOUCH_RELIABILITY = 1.0, 0.9
_WHISKING_GAIN, _WHISKING_THRESHOLD_DEG = 0.8, 7.0
_RISE_S, _DECAY_S = 0.08, 0.55
_DFF_NOISE = 0.03


def make_subvolumes(
    *, spec: SessionSpec, trials: TrialTruth, whisker: WhiskerTruth | None, rng: np.random.Generator
) -> tuple[SubvolumeTruth, ...]:
    """Every subvolume with its planes, files and matrices."""
    return tuple(
        _make_subvolume(spec, subvolume, trials, positions, whisker, child)
        for subvolume, positions, child in zip(
            spec.subvolumes, share_trials(spec), rng.spawn(len(spec.subvolumes)), strict=True
        )
    )


def _make_subvolume(
    spec: SessionSpec,
    subvolume: SubvolumeSpec,
    trials: TrialTruth,
    positions: np.ndarray,
    whisker: WhiskerTruth | None,
    rng: np.random.Generator,
) -> SubvolumeTruth:
    rate_hz = spec.rate_of(subvolume)
    points = plan_time(spec=spec, rate_hz=rate_hz, trials=trials, positions=positions)
    planes = tuple(_make_plane(spec, subvolume, number, points, rng) for number in subvolume.planes)
    rois = [roi for plane in planes for roi in plane.rois]
    events = _calcium_events(rate_hz, rois, points, trials, whisker, rng)
    dff = _transients(events, points, rate_hz) + rng.normal(0, _DFF_NOISE, events.shape)
    baseline = np.array([roi.baseline for roi in rois])[:, None]
    n_pixels = np.array([len(roi.rows) for roi in rois])[:, None]
    raw = np.round(np.maximum(baseline * (1 + dff), 0.5 * baseline) * n_pixels) / n_pixels
    traces = {roi.number: trace for roi, trace in zip(rois, raw, strict=True)}
    planes = tuple(replace(plane, raw={roi.number: traces[roi.number] for roi in plane.rois}) for plane in planes)
    matrices = {"dff": raw / baseline - 1, "raw": raw.copy(), "event": events}
    no_frame = np.concatenate([np.tile(np.isnan(p.frame_index[0]), (len(p.rois), 1)) for p in planes])
    order = np.flatnonzero([roi.has_trace for roi in rois])
    if spec.shuffled_rows:
        order = rng.permutation(order)
    for kind, matrix in matrices.items():
        matrix[no_frame] = np.nan
        matrices[kind] = matrix[order]
    return SubvolumeTruth(
        number=subvolume.number,
        planes=planes,
        ids=np.array([roi.number for roi in rois])[order],
        time_ms=points.time_ms,
        trials=points.trials,
        valid_trials=trials.numbers[positions],
        matrices=matrices,
    )


def _make_plane(
    spec: SessionSpec,
    subvolume: SubvolumeSpec,
    plane_number: int,
    points: TimePoints,
    rng: np.random.Generator,
) -> PlaneTruth:
    block = 1000 * (4 * (subvolume.number - 1) + plane_number - 1)
    numbers = block + np.cumsum(rng.choice([1, 1, 2, 3], subvolume.rois_in(plane_number)))
    if numbers.size and numbers[-1] >= block + 1000:
        # So many ROIs that the steps must be smaller: blocks of planes do not overlap.
        numbers = block + np.sort(rng.choice(999, numbers.size, replace=False)) + 1
    if subvolume.first_roi is not None:
        numbers += subvolume.first_roi - numbers[0] + 1000 * subvolume.planes.index(plane_number)
    rois = make_rois(
        spec=spec,
        numbers=numbers,
        without_trace=spec.rois_without_trace if plane_number == subvolume.planes[0] else 0,
        without_record=spec.traces_without_roi if plane_number == subvolume.planes[-1] else 0,
        rng=rng,
    )
    neuropil = make_neuropil(shape=spec.image_shape, rng=rng)
    files, index = plan_files(spec=spec, subvolume=subvolume, plane_number=plane_number, points=points)
    return PlaneTruth(
        subvolume_number=subvolume.number,
        plane_number=plane_number,
        rois=rois,
        files=files,
        listed_paths=tuple(
            listed_path(spec=spec, subvolume=subvolume, plane_number=plane_number, number=file.number)
            for file in files
            if file.listed
        ),
        frame_index=index,
        master_image=make_master_image(neuropil=neuropil, rois=rois, rng=rng),
        neuropil=neuropil,
        raw={},
    )


def _calcium_events(
    rate_hz: float,
    rois: list[RoiTruth],
    points: TimePoints,
    trials: TrialTruth,
    whisker: WhiskerTruth | None,
    rng: np.random.Generator,
) -> np.ndarray:
    """(R, F) amplitudes in dF/F at the frame in which a transient begins, 0 elsewhere."""
    shape = (len(rois), len(points.time_ms))
    amplitude = rng.uniform(0.7, 1.3, shape)
    events = np.where(rng.random(shape) < _SPONTANEOUS_HZ / rate_hz, 0.6 * amplitude, 0.0)
    touched, whisking = _frames_with_drive(points, trials, whisker)
    reliable = rng.random(shape) < _TOUCH_RELIABILITY
    drives = np.array([roi.drive for roi in rois])
    by_touch = (drives == "touch")[:, None] & touched & reliable
    by_whisking = (drives == "whisking")[:, None] & whisking & reliable
    events = np.where(by_touch, _TOUCH_GAIN * amplitude, events)
    return np.where(by_whisking, _WHISKING_GAIN * amplitude, events)


def _frames_with_drive(
    points: TimePoints, trials: TrialTruth, whisker: WhiskerTruth | None
) -> tuple[np.ndarray, np.ndarray]:
    """(F,) bool: first frame at or after the first touch of a trial; first frame at or after the onset of whisking."""
    touched, whisking = np.zeros(len(points.time_ms), dtype=bool), np.zeros(len(points.time_ms), dtype=bool)
    if whisker is None:
        return touched, whisking
    first_touch = _first_per_trial(
        np.concatenate([touch.onset_ms for touch in whisker.touches]),
        np.concatenate([touch.trials for touch in whisker.touches]),
    )
    strong = whisker.amplitude_deg > _WHISKING_THRESHOLD_DEG
    first_whisk = _first_per_trial(whisker.time_ms[strong], whisker.trials[strong])
    number_of = trials.numbers[points.file_number - 1]
    for flags, firsts in ((touched, first_touch), (whisking, first_whisk)):
        for number, onset in firsts.items():
            later = np.flatnonzero((number_of == number) & (points.time_ms >= onset))
            flags[later[:1]] = True
    return touched, whisking


def _first_per_trial(times: np.ndarray, numbers: np.ndarray) -> dict[int, float]:
    order = np.argsort(times, kind="stable")
    found, index = np.unique(numbers[order], return_index=True)
    return dict(zip(found.tolist(), times[order][index].tolist(), strict=True))


def _transients(events: np.ndarray, points: TimePoints, rate_hz: float) -> np.ndarray:
    """dF/F without noise: each event followed by a fast rise and an exponential decay, trial by trial."""
    from scipy.signal import lfilter

    fall, rise = np.exp(-1 / (rate_hz * _DECAY_S)), np.exp(-1 / (rate_hz * _RISE_S))
    steps = np.arange(1, 200)
    gain = 1 / float((fall**steps - rise**steps).max())
    clean = np.empty_like(events)
    edges = np.flatnonzero(np.diff(points.file_number, prepend=-1, append=-1))
    for first, last in pairwise(edges):
        part = events[:, first:last]
        clean[:, first:last] = gain * (
            lfilter([fall], [1, -fall], part, axis=1) - lfilter([rise], [1, -rise], part, axis=1)
        )
    return clean
