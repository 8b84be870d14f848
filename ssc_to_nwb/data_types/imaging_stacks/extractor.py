"""The way in to the imaging stacks for roiextractors: one plane and channel as an `ImagingExtractor`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from roiextractors import ImagingExtractor

from ssc_to_nwb.data_types.imaging_stacks.channels import ChannelCount
from ssc_to_nwb.data_types.imaging_stacks.opening import index_files, open_plane_stack
from ssc_to_nwb.data_types.imaging_stacks.source import ListedFrames, PlaneStack
from ssc_to_nwb.data_types.rois.source import FrameIndex
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.naming import Channel
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.source_files.raw_files import ListedFile
from ssc_to_nwb.tif.index import index_tif


class SscImagingExtractor(ImagingExtractor):
    """Frames of one channel of a `PlaneStack`: (file, page) pairs read when they are asked for.

    No file is held open and every file is opened for the moment of its reading alone, so that thousands of files
    cost neither handles nor time at the start. Can be pickled.
    """

    extractor_name = "SscImaging"

    def __init__(
        self,
        *,
        stack: PlaneStack,
        channel: Channel = "green",
        timestamps: np.ndarray | None = None,
        sampling_frequency: float | None = None,
    ) -> None:
        """Show `stack`'s frames of a channel (`green` or `red`).

        timestamps: float64 (T,), seconds, one per existing frame, None where no time is known;
        sampling_frequency: frames per second, taken from the time stamps where it is not given.
        """
        super().__init__(stack=stack, channel=channel, timestamps=timestamps, sampling_frequency=sampling_frequency)
        if channel not in stack.channels:
            raise ValueError(f"channel is one of {stack.channels}, not {channel!r}")
        if timestamps is not None and len(timestamps) != stack.frame_count:
            raise ValueError(f"{len(timestamps)} time stamps for {stack.frame_count} frames")
        self.stack = stack
        self.channel = channel
        self._sampling_frequency = sampling_frequency
        self._timestamps = None if timestamps is None else np.asarray(timestamps, dtype=np.float64)

    @classmethod
    def from_files(cls, paths: Sequence[Path], *, channels_per_frame: int = 2, **options: Any) -> SscImagingExtractor:
        """All frames of the given tifs, one after the other, without a session file.

        channels_per_frame: 2 for green and red pages in turn, 1 for green alone; options: as the class takes them.
        Raises as `open_plane_stack`.
        """
        counts = [index_tif(path).page_count // channels_per_frame for path in paths]
        frames = ListedFrames(
            plane_name="of the given files",
            frame_index=FrameIndex(
                file_number=np.repeat(np.arange(len(paths), dtype=np.int64), counts),
                frame_number=np.concatenate([np.arange(count, dtype=np.int64) for count in [0, *counts]]),
            ),
            trial=np.full(sum(counts), NO_TRIAL, dtype=np.int64),
            listed_files=tuple(ListedFile(listed_path=str(path), path=Path(path)) for path in paths),
        )
        stack = open_plane_stack(
            frames,
            index_files(frames, keep_going=False),
            image_shape=None,
            green_first=True,
            keep_going=False,
            log=ProblemLog(),
            channels=ChannelCount(count=channels_per_frame, because="the caller says", certain=True),
        )
        return cls(stack=stack, **options)

    def get_image_shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.stack.image_shape

    def get_image_size(self) -> tuple[int, int]:
        """(rows, columns), under the name that roiextractors' own test helpers ask for."""
        return self.get_image_shape()

    def get_num_samples(self) -> int:
        """Number of frames that exist."""
        return self.stack.frame_count

    def get_dtype(self) -> np.dtype:
        """Pixel type, as in the tif."""
        return self.stack.dtype

    def get_sampling_frequency(self) -> float:
        """Frames per second: as given, or the inverse of the median step between frames (gaps would bias a mean).

        Raises ValueError where it was not given and there are fewer than two time stamps.
        """
        if self._sampling_frequency is not None:
            return float(self._sampling_frequency)
        if self._timestamps is None or len(self._timestamps) < 2:
            raise ValueError("the frame rate of a stack is not known without time stamps")
        return float(1.0 / np.median(np.diff(self._timestamps)))

    def get_series(self, start_sample: int | None = None, end_sample: int | None = None) -> np.ndarray:
        """Frames (t, rows, columns); raises SscError as `PlaneStack.read` does."""
        start, stop, _ = slice(start_sample, end_sample).indices(self.stack.frame_count)
        return self.stack.read(self.stack.channels.index(self.channel), start, max(start, stop))

    def get_native_timestamps(
        self, start_sample: int | None = None, end_sample: int | None = None
    ) -> np.ndarray | None:
        """Seconds, float64 (t,), one per frame; None where none were given."""
        return None if self._timestamps is None else self._timestamps[start_sample:end_sample]
