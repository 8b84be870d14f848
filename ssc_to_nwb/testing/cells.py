"""Cells of one made-up plane: where they lie, how bright they are, and the plane's master image."""

from __future__ import annotations

import numpy as np

from ssc_to_nwb.testing.spec import SessionSpec
from ssc_to_nwb.testing.truth import Drive, RoiTruth

GREEN_BACKGROUND, RED_BACKGROUND = 100.0, 45.0
_NEUROPIL_DEPTH = 18.0
_LARGEST_RADIUS = 11.0
_OUTLINE_POINTS = 18
_EDGE = 0.6
"""No corner lies nearer to the first pixel's outer edge, which is at 0.5; nor to the last one's."""
_DRIVES: tuple[Drive, ...] = ("touch", "whisking", "none", "touch", "none")


def make_rois(
    *,
    spec: SessionSpec,
    numbers: np.ndarray,
    without_trace: int,
    without_record: int,
    rng: np.random.Generator,
) -> tuple[RoiTruth, ...]:
    """ROIs that do not touch one another. The last `without_trace` have no row, the first `without_record` no mask."""
    n = len(numbers)
    if n == 0:
        return ()
    centres, radius = _places(spec, n, rng)
    rois = []
    for index, (number, centre) in enumerate(zip(numbers, centres, strict=True)):
        corners = np.clip(_outline(centre, radius, rng), _EDGE, np.array(spec.image_shape[::-1])[:, None] + 1 - _EDGE)
        corners = np.round(corners, 3)
        rows, columns = _inside(corners, spec.image_shape)
        rois.append(
            RoiTruth(
                number=int(number),
                rows=rows,
                columns=columns,
                corners_xy=corners,
                profile=_profile(rows, columns),
                baseline=float(np.round(rng.uniform(260.0, 600.0), 3)),
                red_level=float(rng.integers(120, 300)) if index % 2 == 0 or spec.red_in_all_cells else 0.0,
                drive=_DRIVES[index % len(_DRIVES)],
                has_trace=index < n - without_trace,
                has_record=index >= without_record,
            )
        )
    return tuple(rois)


def make_neuropil(*, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """(rows, columns): a few broad waves around zero, small beside any cell."""
    y, x = np.indices(shape) / np.array(shape).reshape(2, 1, 1)
    waves = np.zeros(shape)
    for across, down, phase in zip(rng.uniform(-2, 2, 4), rng.uniform(-2, 2, 4), rng.uniform(0, 1, 4), strict=True):
        waves += np.cos(2 * np.pi * (across * x + down * y + phase))
    return _NEUROPIL_DEPTH * waves / 4


def make_master_image(*, neuropil: np.ndarray, rois: tuple[RoiTruth, ...], rng: np.random.Generator) -> np.ndarray:
    """(rows, columns, 2) uint16: green, red. Bright exactly at the ROIs' pixels."""
    green = GREEN_BACKGROUND + neuropil + rng.normal(0, 3.0, neuropil.shape)
    red = RED_BACKGROUND + rng.normal(0, 2.0, neuropil.shape)
    for roi in rois:
        green[roi.rows, roi.columns] = roi.baseline * roi.profile + rng.normal(0, 8.0, len(roi.rows))
        red[roi.rows, roi.columns] += roi.red_level
    return np.round(np.stack([green, red], axis=2)).astype(np.uint16)


def linear_indices(roi: RoiTruth, shape: tuple[int, int]) -> np.ndarray:
    """indicesWithinImage: 1-based, column-major."""
    indices: np.ndarray = roi.columns * shape[0] + roi.rows + 1
    return indices


def _places(spec: SessionSpec, n: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Centres (n, 2) as x, y, 1-based, each in a field of its own of a grid over the image, and the largest radius."""
    shape = spec.image_shape
    across = max(1, int(np.ceil(np.sqrt(n * shape[1] / shape[0]))))
    down = int(np.ceil(n / across))
    pitch = np.array([shape[1] / across, shape[0] / down])
    radius = min(_LARGEST_RADIUS, 0.38 * float(pitch.min()))
    fields = rng.permutation(across * down)
    if spec.roi_at_corner:
        last = int(np.argmax(fields))
        fields[[0, last]] = fields[[last, 0]]
    fields = fields[:n]
    corner = np.stack([fields % across, fields // across], axis=1) * pitch
    free = pitch - 2 * radius
    centres = corner + 0.5 + radius + rng.uniform(0, 1, (n, 2)) * free
    if spec.roi_at_corner:
        centres[0] = np.array(shape[::-1]) - 0.2 * radius
    return centres, radius


def _outline(centre: np.ndarray, radius: float, rng: np.random.Generator) -> np.ndarray:
    """(2, C) corners of a tilted ellipse."""
    turn = rng.uniform(0, np.pi)
    angles = np.linspace(0, 2 * np.pi, _OUTLINE_POINTS, endpoint=False)
    axes = radius * np.array([[1.0], [rng.uniform(0.6, 0.95)]])
    ellipse = axes * np.stack([np.cos(angles), np.sin(angles)])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(centre[:, None] + rotation @ ellipse)


def _profile(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Relative brightness of the pixels, rising from the middle to the rim; its mean is 1."""
    distance = np.hypot(rows - rows.mean(), columns - columns.mean())
    profile = 0.75 + 0.4 * (distance / distance.max()) ** 2
    return np.asarray(profile / profile.mean())


def _inside(corners: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """0-based rows and columns of the pixels whose centres lie inside the (convex) outline, column-major order."""
    low = np.maximum(np.floor(corners.min(axis=1)).astype(int), 1)
    high = np.minimum(np.ceil(corners.max(axis=1)).astype(int), (shape[1], shape[0]))
    x, y = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1), indexing="ij")
    start, end = corners[:, :, None, None], np.roll(corners, -1, axis=1)[:, :, None, None]
    cross = (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])
    point = (start == end).all(axis=0)
    within = ((cross > 0) | point).all(axis=0)
    return y[within] - 1, x[within] - 1
