"""Whisker angle, curvature change and touches of a made-up session."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import TouchTruth, TrialTruth, WhiskerTruth

_WHISK_HZ = 14.0
_REST_DEG, _EXPLORING_DEG, _WHISKING_DEG = 1.5, 4.0, 14.0
_EXPLORING_SHARES = (0.1, 0.45)
_KAPPA_NOISE, _KAPPA_RANGE = 5e-5, (1e-3, 6e-3)
_SLOT_MS = 70.0
_TOUCH_PROBABILITY, _PROTRACTION_SHARE = 0.7, 0.65
_OUT_OF_REACH_STEPS = 200_000
_NAN_STRETCH_MS = 40.0


def make_whisker(*, spec: SessionSpec, trials: TrialTruth, rng: np.random.Generator) -> WhiskerTruth:
    """Traces of every whisker in every trial that has them, and the touches seen in them."""
    sample_ms = 1000.0 / spec.whisker_rate_hz
    used = [position for position in range(spec.n_trials) if position not in spec.trials_without_whisker]
    counts = [int((trials.stop_ms[p] - trials.start_ms[p]) // sample_ms) for p in used]
    time = np.concatenate([trials.start_ms[p] + sample_ms * np.arange(n) for p, n in zip(used, counts, strict=True)])
    labels = np.repeat(trials.numbers[used], counts)
    amplitude = np.concatenate([_amplitude(n, sample_ms, rng) for n in counts])
    shape = (len(spec.whiskers), len(time))
    phase = 2 * np.pi * (_WHISK_HZ * time / 1000.0 + rng.uniform(0, 1, (shape[0], 1)))
    setpoint = np.linspace(-12.0, 8.0, shape[0])[:, None]
    angle = setpoint + amplitude * np.sin(phase) + rng.normal(0, 0.3, shape)
    curvature = rng.normal(0, _KAPPA_NOISE, shape)
    windows = _pole_windows(trials, used, counts, sample_ms)
    chances = _TOUCH_PROBABILITY * (1 - trials.position_steps[used] / _OUT_OF_REACH_STEPS)
    placed = [_place_touches(spec, windows, chances, curvature[w], sample_ms, rng) for w in range(shape[0])]
    _lose_track(spec, counts, (angle, curvature), placed, sample_ms, rng)
    touches = []
    for w, (name, by_direction) in enumerate(zip(spec.whiskers, placed, strict=True)):
        for direction, pairs in zip(("Protraction", "Retraction"), by_direction, strict=True):
            touches.append(_describe(name, direction, pairs, time, labels, angle[w], curvature[w]))
    return WhiskerTruth(
        names=spec.whiskers,
        time_ms=time,
        trials=labels,
        angle_deg=angle,
        curvature_per_mm=curvature,
        amplitude_deg=amplitude,
        valid_trials=trials.numbers[used],
        touches=tuple(touches),
    )


def _amplitude(n_samples: int, sample_ms: float, rng: np.random.Generator) -> np.ndarray:
    """Whisking amplitude of one trial: rest, exploring while the pole is about, then one vigorous bout.

    The bout begins after the pole has gone, so that responses to touch and to whisking can be distinguished.
    """
    first = rng.uniform(0.52, 0.62)
    bout = (first, first + rng.uniform(0.15, 0.3))
    index = np.arange(n_samples)

    def envelope(begin: float, end: float) -> np.ndarray:
        edge = 40.0 / sample_ms
        # Far from the edge the exponential may be infinite, and the share it belongs to is then 0.
        with np.errstate(over="ignore"):
            rise, fall = (1 / (1 + np.exp((share * n_samples - index) / edge)) for share in (begin, end))
        return np.asarray(rise - fall)

    exploring = _EXPLORING_DEG * envelope(*_EXPLORING_SHARES)
    return _REST_DEG + exploring + rng.uniform(0.6, 1.3) * _WHISKING_DEG * envelope(*bout)


def _pole_windows(trials: TrialTruth, used: list[int], counts: list[int], sample_ms: float) -> list[tuple[int, int]]:
    """(first, last) sample column at which the pole is in reach, per trial with whisker data."""
    windows, offset = [], 0
    for position, count in zip(used, counts, strict=True):
        on, off = (trials.pole_ms[position] - trials.start_ms[position]) / sample_ms
        windows.append((offset + int(np.ceil(on)), offset + int(np.floor(off))))
        offset += count
    return windows


def _place_touches(
    spec: SessionSpec,
    windows: list[tuple[int, int]],
    chances: np.ndarray,
    curvature: np.ndarray,
    sample_ms: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Touches of one whisker as (N, 2) on and off columns, protraction then retraction; bends the curvature.

    `chances` is the probability of a touch per whisk, by trial. The first trial has both directions for sure.
    """
    slot = max(8, int(_SLOT_MS / sample_ms))
    chosen: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for trial, ((first, last), chance) in enumerate(zip(windows, chances, strict=True)):
        slots = np.arange(first, last - slot + 1, slot)
        slots = slots[(rng.random(len(slots)) < chance) | (trial == 0)]
        onsets = slots + rng.integers(0, slot // 4 + 1, len(slots))
        lengths = rng.integers(max(1, slot // 8), slot // 2, len(slots))
        protracted = rng.random(len(slots)) < _PROTRACTION_SHARE
        if trial == 0:
            protracted[0], protracted[-1] = True, False
        for onset, length, forward in zip(onsets, lengths, protracted, strict=True):
            series = chosen[0 if forward else 1]
            if not series and spec.one_frame_touch:
                length = 0
            series.append((int(onset), int(onset + length)))
            bend = rng.uniform(*_KAPPA_RANGE) * np.sin(np.pi * (np.arange(length + 1) + 1) / (length + 2))
            curvature[onset : onset + length + 1] += -bend if forward else bend
    protraction, retraction = (np.array(series, dtype=np.int64).reshape(-1, 2) for series in chosen)
    if "touches" in spec.empty_event_series:
        return protraction[:0], retraction[:0]
    if "touches" in spec.one_event_series:
        return protraction[:1], retraction[:1]
    return protraction, retraction


def _lose_track(
    spec: SessionSpec,
    counts: list[int],
    traces: tuple[np.ndarray, np.ndarray],
    placed: list[tuple[np.ndarray, np.ndarray]],
    sample_ms: float,
    rng: np.random.Generator,
) -> None:
    """Write NaN over stretches of all whiskers' traces."""
    touched = np.zeros(traces[0].shape[1], dtype=bool)
    for on, off in np.concatenate([pairs for both in placed for pairs in both]):
        touched[on : off + 1] = True
    lost = np.zeros_like(touched)
    if spec.nan_stretches:
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        for offset, count in zip(starts, counts, strict=True):
            begin = offset + int(rng.integers(0, count // 2))
            lost[begin : begin + int(_NAN_STRETCH_MS / sample_ms)] = True
        lost &= ~touched
    if spec.nan_over_first_touch:
        on, off = placed[0][0][0]  # the first trial has a protraction touch for sure
        lost[on : off + 1] = True
    for trace in traces:
        trace[:, lost] = np.nan


def _describe(
    whisker: str,
    direction: str,
    pairs: np.ndarray,
    time: np.ndarray,
    labels: np.ndarray,
    angle: np.ndarray,
    curvature: np.ndarray,
) -> TouchTruth:
    """The touches' times, trial numbers and properties."""
    on, off = pairs[:, 0], pairs[:, 1]
    extreme, mean = np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    for index, (first, last) in enumerate(pairs):
        bend = curvature[first : last + 1]
        if np.isfinite(bend).any():
            extreme[index] = bend[np.nanargmax(np.abs(bend))]
            mean[index] = np.nanmean(angle[first : last + 1])
    trials = labels[on]
    new_trial = np.flatnonzero(np.diff(trials, prepend=-1))
    number = np.arange(len(pairs)) - np.repeat(new_trial, np.diff(np.append(new_trial, len(pairs)))) + 1
    return TouchTruth(
        whisker=whisker,
        direction="Protraction" if direction == "Protraction" else "Retraction",
        onset_sample=on,
        offset_sample=off,
        onset_ms=time[on],
        offset_ms=time[off],
        trials=trials,
        number_within_trial=number,
        kappa_extreme=extreme,
        theta_at_onset=angle[on],
        theta_mean=mean,
    )
