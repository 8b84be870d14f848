"""Reads a Zarr folder with zarr alone, and lists the arrays that cannot be opened."""

import json
import sys
from pathlib import Path

import zarr
from stored import found_in

path, plane = sys.argv[1:]
root = zarr.open_group(path, mode="r", use_consolidated=False)
closed = []
for head in sorted(Path(path).rglob(".zarray")):
    name = head.parent.relative_to(path).as_posix()
    try:
        root[name]
    except (TypeError, ValueError):
        closed.append(name)
rois = root["processing/ophys/ImageSegmentation/plane_segmentation_" + plane]
pixels = rois["pixel_mask"][: rois["pixel_mask_index"][0]]
mask = [[int(x), int(y)] for x, y in zip(pixels["x"], pixels["y"], strict=True)]
print(json.dumps({**found_in(root, plane), "version": zarr.__version__, "mask": mask, "closed": closed}))
