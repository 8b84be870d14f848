"""Gigabytes of two-photon-like stacks, fast, for measuring the conversion of raw data.

Frames are shot noise as a photomultiplier shows it: few photons per pixel, each of varying height, on a narrow
electronic noise. A small pool of them is drawn once; every page is a pool frame rolled by a shift of its own, so that
all pages differ. Rolled frames do not show the cells under their masks, and no ROI's mean is its fluorescence: what
these stacks hold is bulk, not physiology.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec
from ssc_to_nwb.testing.stacks import stack_name

_SHAPE = (512, 512)
_FRAMES_PER_FILE = 50
_POOL = 12
_ROLL_STEP = 7919
"""A prime, so that the shifts of one pool frame repeat only after as many frames as it has pixels."""
_PHOTON_HEIGHT, _HEIGHT_SPREAD, _ELECTRONIC_NOISE = 180.0, 0.35, 3.5
_GREEN_PHOTONS, _RED_PHOTONS = 0.3, 0.15


def large_spec(*, gigabytes: float, planes: int = 2, seed: int = 0) -> SessionSpec:
    """A session of `planes` planes whose stacks come to `gigabytes`, at least one tif per plane."""
    file_bytes = 2 * _FRAMES_PER_FILE * _SHAPE[0] * _SHAPE[1] * 2
    per_plane = max(1, round(gigabytes * 1e9 / file_bytes / planes))
    return SessionSpec(
        animal="an900004",
        seed=seed,
        n_trials=per_plane,
        trial_seconds=(_FRAMES_PER_FILE + 0.5) / 7.0,
        trial_number_gap_after=(),
        trials_without_whisker=(),
        subvolumes=(SubvolumeSpec(number=1, planes=tuple(range(2, 2 + planes)), rois_per_plane=8),),
        image_shape=_SHAPE,
        arrays=("dff",),
        stacks=StackSpec(side_images=False),
    )


def write_large_stacks(
    *, root: Path, gigabytes: float, planes: int = 2, seed: int = 0, spec: SessionSpec | None = None
) -> SyntheticSession:
    """Write the session file of `large_spec` (or of `spec`) and its stacks, all of them uncompressed uint16."""
    session = write_session(
        root=root,
        spec=spec or large_spec(gigabytes=gigabytes, planes=planes, seed=seed),
        raw=False,
        videos=False,
    )
    pool = photon_pool(shape=session.spec.image_shape, seed=session.spec.seed)
    paths: dict[tuple[str, int], Path] = {}
    n_written = 0
    for plane in session.planes:
        folder = session.stack_folder(plane)
        folder.mkdir(parents=True, exist_ok=True)
        for file in plane.files:
            path = folder / stack_name(session.spec, file.number)
            _write_rolled(path, pool, session.spec.image_shape, 2 * file.n_frames, n_written)
            n_written += 2 * file.n_frames
            paths[plane.name, file.number] = path
    return replace(session, stack_paths=paths)


def photon_pool(*, shape: tuple[int, int], seed: int) -> np.ndarray:
    """(pool, pixels) uint16, even rows green, odd rows red."""
    rng = np.random.default_rng([seed, 512])
    pool = np.empty((_POOL, shape[0] * shape[1]), dtype=np.uint16)
    for index in range(_POOL):
        photons = rng.poisson((_GREEN_PHOTONS, _RED_PHOTONS)[index % 2], pool.shape[1])
        height = rng.normal(photons * _PHOTON_HEIGHT, _HEIGHT_SPREAD * _PHOTON_HEIGHT * np.sqrt(photons))
        signal = 50.0 + height + rng.normal(0, _ELECTRONIC_NOISE, pool.shape[1])
        pool[index] = np.clip(np.round(signal), 0, 65535)
    return pool


def _write_rolled(path: Path, pool: np.ndarray, shape: tuple[int, int], n_pages: int, first_page: int) -> None:
    import tifffile

    def pages() -> Iterator[np.ndarray]:
        for page in range(first_page, first_page + n_pages):
            frame = pool[page % len(pool)]
            yield np.roll(frame, page * _ROLL_STEP % frame.size).reshape(shape)

    with tifffile.TiffWriter(path) as writer:
        writer.write(
            pages(),
            shape=(n_pages, *shape),
            dtype=np.uint16,
            photometric="minisblack",
            metadata=None,
            software=False,
        )
