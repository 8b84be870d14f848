"""Ways to change the masks and numbers of the ROIs of a finished file."""

from __future__ import annotations

import h5py
from changes import ROIS, Change, swap


def roi_axes_swapped(file: h5py.File) -> None:
    """x and y of the first ROI's pixels exchanged."""
    end = int(file[f"{ROIS}/pixel_mask_index"][0])
    mask = file[f"{ROIS}/pixel_mask"][()]
    mask["x"][:end], mask["y"][:end] = mask["y"][:end].copy(), mask["x"][:end].copy()
    file[f"{ROIS}/pixel_mask"][...] = mask


def mask_field(name: str, amount: float) -> Change:
    """Change one field of one pixel."""

    def change(file: h5py.File) -> None:
        mask = file[f"{ROIS}/pixel_mask"][()]
        mask[name][5] = float(mask[name][5]) + amount
        file[f"{ROIS}/pixel_mask"][...] = mask

    return change


def rois_exchanged(file: h5py.File) -> None:
    """Two ROIs exchanged in the table: number and id, with each other's masks."""
    swap(f"{ROIS}/id", 0, 1)(file)
    swap(f"{ROIS}/roi_number", 0, 1)(file)
