"""Processing modules, made once and found again; and objects of the file by their paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import DeclaredObject

if TYPE_CHECKING:
    from pynwb import NWBFile, ProcessingModule


def processing_module(name: str, text: str) -> DeclaredObject:
    """A processing module; a layout lists its own as `MODULES`."""
    return DeclaredObject(path=f"/processing/{name}", neurodata_type="ProcessingModule", text=text)


OPHYS = processing_module(
    naming.OPHYS_MODULE, "ROI masks, images, fluorescence, dF/F and calcium events of the imaged planes."
)  # fmt: skip
SOURCE = processing_module(
    naming.SOURCE_MODULE, "What the source holds and NWB has no place for, kept as it was; and how the file was made."
)


def get_module(nwbfile: NWBFile, path: str) -> ProcessingModule:
    """The processing module with this path, or that the object with this path belongs to; made where it is missing."""
    of_types = (module for _, modules in registry.having("layout", "MODULES") for module in modules)
    module = {one.path: one for one in (OPHYS, SOURCE, *of_types)}["/".join(path.split("/")[:3])]
    if module.name in nwbfile.processing:
        return nwbfile.processing[module.name]
    return nwbfile.create_processing_module(name=module.name, description=module.text)


def find_object(nwbfile: NWBFile, path: str) -> Any:
    """The object of `/acquisition` or `/processing` that will have this path in the file; None where there is none."""
    root, *names = path.strip("/").split("/")
    found: Any = {"acquisition": nwbfile.acquisition, "processing": nwbfile.processing}[root]
    for name in names:
        try:
            found = found[name]
        except KeyError:
            return None
    return found
