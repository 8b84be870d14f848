"""What the series of whisker videos says of trials and samples that the file has elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.trials.restore import TRIALS
from ssc_to_nwb.restoring.clocks import BEHAVIOR_CLOCK, clock_of, nearest
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows, rounding

_SERIES = f"/acquisition/{naming.WHISKER_VIDEO}"
_FILES = f"{_SERIES}/external_file"
_SOURCE_FILES = f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_FILES}"
_ROLE = "whisker video"
_ORDER = re.compile(r"in this order of trial numbers: ([-\d, ]+)\.")
_AT_RATE = re.compile(r"At the camera's frame rate: trials? ([-\d, ]+)\.")
_OWN_TIMES = re.compile(r"At the video's own times, since its frame rate varies: trials? ([-\d, ]+)\.")
# Bytes that are no UTF-8 are written in one way in a table, and in another in a file's name.
_ESCAPED = "\\x"


def times(file: FileView) -> Iterator[Followed]:
    """Frames have the times of the trial's whisker samples, or count on from the first at the camera's rate."""
    if not file.reader.has(_SERIES):
        return
    place = f"{_SERIES}/timestamps"
    comments = str(file.reader.attribute(_SERIES, "comments"))
    numbers, at_rate, own = (_numbers(pattern, comments) for pattern in (_ORDER, _AT_RATE, _OWN_TIMES))
    starting = [int(one) for one in file.reader.attribute(_FILES, "starting_frame")]
    found = file.reader.values(place)
    yield Followed(_FILES, len(numbers), len(starting), covers=())
    yield Followed(_FILES, 0, starting[0], covers=())
    yield Followed(_FILES, sorted(set(starting)), starting, covers=())
    rate_hz = float(file.metadata["video"]["rate_hz"])
    trials = _trials(file)
    for number, frames in zip(numbers, np.split(found, starting[1:]), strict=False):
        samples, first = trials[number]
        steps = np.diff(frames) > 0
        yield Followed(place, np.ones_like(steps), steps)
        if number in own:
            expected = np.maximum(frames, first)
        elif number in at_rate:
            expected = first + np.rint((frames - first) * rate_hz) / rate_hz
        else:
            expected = _of_samples(frames, samples)
        yield Followed(place, expected, frames, tolerance=rounding(frames))


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    match = pattern.search(text)
    return [] if match is None else [int(number) for number in match[1].split(", ")]


def _of_samples(frames: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """The samples themselves where there are as many; else those that are next to the frames, as hidden ones count."""
    if frames.size == samples.size or not samples.size:
        return samples
    return np.asarray(samples[nearest(samples, frames)])


def _trials(file: FileView) -> dict[int, tuple[np.ndarray, float]]:
    """Whisker samples of every trial in s, (n,), and the first of them, or its start."""
    table = file.table(TRIALS)
    clock = clock_of(file, BEHAVIOR_CLOCK) if file.reader.has(BEHAVIOR_CLOCK) else None
    found = {}
    for number, start in zip(table.column("trial_number").tolist(), table.column("start_time").tolist(), strict=True):
        samples = np.zeros(0) if clock is None else clock.seconds[clock.labels == number]
        found[int(number)] = (samples, float(samples[0]) if samples.size else start)
    return found


def files(file: FileView) -> Iterator[Followed]:
    """Every video is the one of its trial, by a list in the metadata, its name, or the order of running numbers."""
    if not file.reader.has(_SERIES):
        return
    comments = str(file.reader.attribute(_SERIES, "comments"))
    paths = [PurePosixPath(path) for path in file.reader.texts(_FILES)]
    table = file.table(_SOURCE_FILES)
    rows = zip(table.texts("role"), table.texts("path"), table.texts("disposition"), strict=True)
    videos = {path: disposition == "written" for role, path, disposition in rows if role == _ROLE}
    with_samples = {number: samples.size > 0 for number, (samples, _) in _trials(file).items()}
    trials = video_trials(list(videos), file.metadata["source"], with_samples=with_samples)
    by_trial = {trial: path for path, trial in trials.items() if videos[path]}
    names = [PurePosixPath(path).name for path, is_written in videos.items() if is_written]
    expected = []
    for number, path in zip(_numbers(_ORDER, comments), paths, strict=True):
        source = by_trial.get(number, "none")
        name = PurePosixPath(source).name
        name = name if names.count(name) < 2 else f"trial_{number:04d}_{name}"
        expected.append(path.name if _ESCAPED in source else name)
    yield Followed(_FILES, expected, [path.name for path in paths])
    folders = [str(path.parent) for path in paths]
    yield Followed(_FILES, folders[:1] * len(folders), folders)
    yield Followed(f"{_SERIES}/format", "external", file.reader.text(f"{_SERIES}/format"))


def video_trials(paths: Sequence[str], facts: Mapping[str, Any], *, with_samples: Mapping[int, bool]) -> dict[str, int]:
    """The trial of every video that has one.

    paths: as the table of source files has them; facts: the section `source` of the metadata; with_samples: for each
    trial of the session, whether it has whisker samples.
    """
    trials: dict[str, int] = {}
    waiting: list[tuple[int, str]] = []
    for path in paths:
        name = PurePosixPath(path).name
        listed = [key for key in facts["video_trials"] if key == name or f"/{path}".endswith(f"/{key}")]
        own = re.search(facts["video_pattern"], name, re.IGNORECASE)
        running = re.search(facts["video_running_pattern"] or "(?!)", name, re.IGNORECASE)
        if listed:
            # The longest is the most exact.
            trial = facts["video_trials"][max(listed, key=len)]
            if trial is not None:
                trials[path] = int(trial)
        elif own is not None:
            trials[path] = int(own["trial"])
        elif running is not None:
            waiting.append((int(running["running"]), path))
    free = sorted(set(with_samples) - set(trials.values()))
    distinct = len({number for number, _ in waiting}) == len(waiting)
    for numbers in (free, [number for number in free if with_samples[number]]):
        if waiting and distinct and len(numbers) == len(waiting):
            trials.update(zip((path for _, path in sorted(waiting)), numbers, strict=True))
            break
    return trials


FOLLOWS: Follows = {f"{_SERIES}/timestamps": times, _FILES: files}
