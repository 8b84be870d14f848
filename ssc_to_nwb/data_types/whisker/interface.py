"""Whisker angle and curvature change: one TimeSeries per whisker and quantity, on shared time stamps."""

from __future__ import annotations

from collections.abc import Iterable

from ssc_to_nwb.data_types.base import SessionInterface
from ssc_to_nwb.data_types.declared import DeclaredObject
from ssc_to_nwb.data_types.whisker import layout


class WhiskerInterface(SessionInterface):
    """Whisker angle and curvature change as tracked from the videos."""

    display_name = "CRCNS ssc whisker traces"
    info = "Whisker angle and curvature change."

    def objects(self) -> Iterable[DeclaredObject]:
        """What the layout declares."""
        return layout.objects(self.sources)


INTERFACE = WhiskerInterface
