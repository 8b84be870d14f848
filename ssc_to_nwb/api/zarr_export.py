"""Export a finished NWB file as a Zarr store, and compare the two object by object."""

from __future__ import annotations

import time
from pathlib import Path

from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import ExportRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.quantities import listed
from ssc_to_nwb.run.machine import processors

_SHOWN = 3


@facts
class ZarrExport(AsJson):
    """What came of an export."""

    file: Path = fact("The HDF5 file that was exported.")
    store: Path = fact("The folder that was written.")
    digest: str = fact("Of the content, the same for file and store.")
    objects: int = fact("How many objects were compared.")
    store_bytes: int = fact("Size of all files of the store.")
    seconds: float = fact("Time of the whole export.")
    digest_seconds: float = fact("Time of the two comparisons in it.")


@takes(ExportRequest)
def export_zarr(request: ExportRequest) -> ZarrExport:
    """Export an NWB file that a conversion wrote, as a Zarr store (extra `zarr`) of the same content.

    hdmf-zarr writes the store under another name beside its place; it gets its name once the digests of all objects of
    the file and of the store are equal. Whatever ends the export before, no store is there, or the older one.

    Returns
    -------
    ZarrExport
        Where the store is, and what was compared.

    Raises
    ------
    SscError
        export-source-invalid, verify-unreadable, verify-values-elsewhere, output-exists, export-place-taken,
        export-differs, extra-not-installed, output-not-writable, disk-full.
    """
    from ssc_to_nwb.nwb_file.zarr_store import byte_size, store_in_progress, write_store
    from ssc_to_nwb.proof.digest import digest_of_objects, object_digests

    start = time.perf_counter()
    threads = processors() if request.workers is None else request.workers
    nwb_path, final = Path(request.file).absolute(), Path(request.store).absolute()
    if not nwb_path.is_file():
        found = "a folder" if nwb_path.is_dir() else "nothing, or no regular file"
        raise error(kinds.EXPORT_SOURCE_INVALID, file=nwb_path, expected="an HDF5 file", found=found)
    with store_in_progress(final, overwrite=request.overwrite) as building:
        _check_is_nwb(nwb_path)
        in_file = object_digests(nwb_path, workers=threads)
        digested = time.perf_counter()
        write_store(nwb_path, building)
        written = time.perf_counter()
        in_store = object_digests(building, workers=threads)
        different = sorted({path for path, _ in in_file.items() ^ in_store.items()})
        if different:
            expected, found = f"{len(in_file)} objects as in the file", f"others at {listed(different, most=_SHOWN)}"
            raise error(kinds.EXPORT_DIFFERS, file=final, field=different[0], expected=expected, found=found)
        store_bytes = byte_size(building)
        digest_seconds = digested - start + time.perf_counter() - written
    return ZarrExport(
        file=nwb_path,
        store=final,
        digest=digest_of_objects(in_file),
        objects=len(in_file),
        store_bytes=store_bytes,
        seconds=time.perf_counter() - start,
        digest_seconds=digest_seconds,
    )


def _check_is_nwb(path: Path) -> None:
    from ssc_to_nwb.proof.hdf5_tree import open_tree

    with open_tree(path) as tree:
        if tree.attribute("/", "nwb_version") is None:
            found = "an HDF5 file without an NWB version"
            raise error(kinds.EXPORT_SOURCE_INVALID, file=path, expected="an NWB file", found=found)
