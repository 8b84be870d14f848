"""Makes references to a file with kerchunk, and reads it through them with zarr."""

import json
import sys
from pathlib import Path

import fsspec
import zarr
from kerchunk.hdf import SingleHdf5ToZarr
from stored import found_in

path, plane = sys.argv[1:]
with Path(path).open("rb") as file:
    references = SingleHdf5ToZarr(file, path, inline_threshold=0, error="raise").translate()
system = fsspec.filesystem("reference", fo=references)
root = zarr.open_group(system.get_mapper(""), mode="r")
ranges = [reference for reference in references["refs"].values() if isinstance(reference, list)]
print(json.dumps({**found_in(root, plane), "ranges": len(ranges)}))
