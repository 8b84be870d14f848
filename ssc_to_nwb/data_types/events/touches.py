"""Touches of the pole by a whisker: what their trains are called, what they say, and how long their last sample is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ssc_to_nwb import naming
from ssc_to_nwb.clock import median_interval_ms
from ssc_to_nwb.data_types.whisker.source import whisker_of

if TYPE_CHECKING:
    from ssc_to_nwb.session.context import SessionContext

_LABEL = re.compile(r"(?P<direction>protraction|retraction) contacts for (?P<whisker>\S.*)", re.IGNORECASE)
KNOWN_LABELS = "'Protraction contacts for <whisker>' or 'Retraction contacts for <whisker>', each once"
TEXT = "Touches of the pole by a whisker. Touches of several whiskers or directions may overlap."
POLE_TEXT = "Times when the pole was in reach of the whiskers."
LABEL_TEXTS = dict(
    zip(
        naming.TOUCH_COLUMNS,
        ("Movement of the whisker during the touch: protraction or retraction.", "Whisker that touches the pole."),
        strict=True,
    )
)
STOP_TEXT = (
    "End of the touch, in seconds after session start: one sample ({:g} ms) after the offset of the source, which is "
    "the last sample in which the whisker touches the pole."
)
_PER_TRAIN = "counted from 1, per direction and whisker; no unit"
# What the known properties are, with their units; no reader of tables has a place for a column's unit.
PROPERTIES = {
    "kappaMaxAbsOverTouch": "Signed curvature change of largest magnitude over the touch, in 1/mm.",
    "thetaAtTouchOnset": "Angle of the whisker at the onset of the touch, in degrees.",
    "thetaMeanOverTouch": "Mean angle of the whisker over the touch, in degrees.",
    "touchNumberWithinTrial": f"Number of the touch within its trial, {_PER_TRAIN}.",
    "touchBoutNumber": f"Number of the bout of touches, {_PER_TRAIN}.",
    "touchNumberWithinBout": f"Number of the touch within its bout, {_PER_TRAIN}.",
    "whTSACorrespondingIndex": "Place among the samples of the whisker array, counted from 1; no unit.",
    "caTSACorrespondingIndex": "Place among the time stamps of a calcium array, counted from 1; no unit.",
    "derTSACorrespondingIndex": "Place among the samples of a derived array, counted from 1; no unit.",
}


def touch_label(label: str) -> tuple[str, str] | None:
    """Direction and whisker of a train of touches, from its label in the source; None where it names neither."""
    match = _LABEL.fullmatch(label.strip())
    return None if match is None else (match["direction"].lower(), match["whisker"].strip())


def touch_sample_ms(context: SessionContext) -> float:
    """How much longer a touch lasts than to its last sample, which the source lists as its end.

    It is the interval of the whisker's clock, and what the metadata assume where there is none to measure it by.
    """
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
