"""Touches of the pole by a whisker: how much longer they last than to the last sample, which the source lists."""

from __future__ import annotations

from ssc_to_nwb.clock import median_interval_ms
from ssc_to_nwb.data_types.whisker.source import whisker_of
from ssc_to_nwb.session.context import SessionContext


def touch_sample_ms(context: SessionContext) -> float:
    """The interval of the whisker's clock; what the metadata assume where the session has none to measure it by."""
    measured = _measured_ms(context)
    return context.metadata.assumptions.touch_sample_ms if measured is None else measured


def assumed_sample(context: SessionContext) -> str:
    """What the notes say besides where the interval was not measured."""
    if _measured_ms(context) is not None:
        return ""
    return " (assumed, because the session has no whisker samples to measure it by)"


def _measured_ms(context: SessionContext) -> float | None:
    whisker = whisker_of(context.session)
    return None if whisker is None else median_interval_ms(whisker.time_ms, whisker.trial)
