"""Imaging stacks: one TwoPhotonSeries per plane and channel, with the frames that exist on time stamps of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from pynwb import NWBFile

from ssc_to_nwb.data_types.declared import Series, Sources
from ssc_to_nwb.data_types.from_layout import Storage, add_objects
from ssc_to_nwb.data_types.imaging_stacks import layout


def add(nwbfile: NWBFile, sources: Sources, storage: Storage) -> None:
    """Add the series of every plane that has a frame, and the table of gaps where there are any."""
    for one in layout.objects(sources):
        if isinstance(one, Series) and callable(one.values):
            one = replace(one, values=partial(one.values, chunk_mb=storage.chunk_mb))
        add_objects(nwbfile, [one])
