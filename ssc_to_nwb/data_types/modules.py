"""Processing modules, made once and found again."""

from __future__ import annotations

from pynwb import NWBFile, ProcessingModule

from ssc_to_nwb import naming

_DESCRIPTIONS = {
    naming.OPHYS_MODULE: "ROI masks, images, fluorescence, dF/F and calcium events of the imaged planes.",
    naming.BEHAVIOR_MODULE: "Whisker angle and curvature change, tracked from the whisker videos.",
    naming.SOURCE_MODULE: "What the source holds and NWB has no place for, kept as it was; and how the file was made.",
}


def get_module(nwbfile: NWBFile, name: str) -> ProcessingModule:
    """The processing module of this name in the file, made where there is none yet."""
    if name in nwbfile.processing:
        return nwbfile.processing[name]
    return nwbfile.create_processing_module(name=name, description=_DESCRIPTIONS[name])
