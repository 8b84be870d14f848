"""The trials table: one row per trial, with its properties."""

from __future__ import annotations

from ssc_to_nwb.data_types.base import SessionInterface


class TrialsInterface(SessionInterface):
    """The trials table; warns of trials whose end nothing shows."""

    display_name = "CRCNS ssc trials"
    info = "Trial numbers, times, types, outcomes and properties."


INTERFACE = TrialsInterface
