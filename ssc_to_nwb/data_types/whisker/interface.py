"""Whisker angle and curvature change: one TimeSeries per whisker and quantity, on shared time stamps."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class WhiskerInterface(SessionInterface):
    """Whisker angle and curvature change as tracked from the videos."""

    display_name = "CRCNS ssc whisker traces"
    info = "Whisker angle and curvature change."


INTERFACE = WhiskerInterface
