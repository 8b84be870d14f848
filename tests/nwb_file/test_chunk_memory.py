"""Memory does not grow with the size of the raw data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

_FILL = """
import resource, sys
from pathlib import Path
import h5py
from ssc_to_nwb.nwb_file.chunk_codec import Compression
from ssc_to_nwb.nwb_file.chunk_pipeline import FramesFill
from ssc_to_nwb.nwb_file.chunk_pipeline import fill_datasets
from ssc_to_nwb.data_types.imaging_stacks.extractor import SscImagingExtractor

stack = SscImagingExtractor.from_files(sorted(Path(sys.argv[1]).iterdir()) * int(sys.argv[2])).stack
with h5py.File(sys.argv[3], "w") as file:
    shape = (stack.frame_count, *stack.image_shape[::-1])
    options = Compression.FAST.dataset_options()
    datasets = [file.create_dataset(name, shape, stack.dtype, chunks=(8, *shape[1:]), **options) for name in "gr"]
    for _ in fill_datasets([FramesFill(datasets, stack, Compression.FAST)], workers=2, memory_mb=64):
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="no peak of memory to ask the system for")
def test_four_times_the_frames_take_the_same_memory(tmp_path: Path) -> None:
    folder = tmp_path / "stacks"
    folder.mkdir()
    pages = np.random.default_rng(0).poisson(300, (40, 256, 256)).astype(np.uint16)
    for number in range(10):
        tifffile.imwrite(folder / f"main_{number:03d}.tif", pages, photometric="minisblack", metadata=None)
    peaks = []
    for times in (1, 4):
        command = [sys.executable, "-c", _FILL, str(folder), str(times), str(tmp_path / "x.h5")]
        peaks.append(int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    assert peaks[1] < 1.1 * peaks[0]
