"""The layout that session files are known to have, as far as public programs rely on it: fields, classes, sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ssc_to_nwb.data_types.events.source import KNOWN_TYPES
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.session.time_series import may_be_imaged

# By an element of a cell and its key in the Hash that the cell belongs to, which is empty elsewhere.
Choose = Callable[[MatValue, str], "Known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a value.

    kinds: of number, text, cell, struct, struct array; size: such as `1xT`, where a letter is one length
    throughout its scope, or None; fresh: the letters whose scope begins here; may_be_empty: an empty of any class and
    size will do. fields: of a struct, `ids|id` for a field with two names; optional: those that may be absent.
    items: of a cell or struct array; or a function that chooses by what the element is.
    keys: that a Hash is known to have.
    """

    kinds: tuple[str, ...]
    size: str | None = None
    fresh: str = ""
    may_be_empty: bool = False
    fields: Mapping[str, Known] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    items: Known | Choose | None = None
    keys: tuple[str, ...] = ()


def _numbers(size: str | None = None, *, may_be_empty: bool = False) -> Known:
    return Known(kinds=("number",), size=size, may_be_empty=may_be_empty)


# Cells that were never filled are empty numbers.
_TEXT = Known(kinds=("text",), may_be_empty=True)
_TEXTS = Known(kinds=("cell", "text"), items=_TEXT, may_be_empty=True)


def _hash(*, items: Known | Choose | None, keys: tuple[str, ...] = (), described: bool = True, **more: Known) -> Known:
    fields = {"keyNames": Known(kinds=("cell",), size="1xK", items=_TEXT)}
    if described:
        fields["descr"] = Known(kinds=("cell",), size="1xK", items=_TEXT)
    fields |= {"value": Known(kinds=("cell",), size="1xK", items=items), **more}
    return Known(kinds=("struct",), size="1x1", fresh="K", fields=fields, keys=keys)


_ARRAY = Known(
    kinds=("struct",), size="1x1", fresh="RN",
    fields={
        "ids|id": _numbers("1xR"), "idStrs|idStr": _TEXTS, "idStrDetailed": _TEXTS, "valueMatrix": _numbers("RxN"),
        "timeUnit": _numbers("1x1"), "time": _numbers("1xN"), "trial": _numbers("1xN"),
        "sourceFileList": Known(kinds=("cell",), may_be_empty=True), "sourceFileIdx": _numbers(may_be_empty=True),
    },
    optional=frozenset(("sourceFileList", "sourceFileIdx", "idStrDetailed")),
)  # fmt: skip
_PLANE = Known(
    kinds=("struct",), size="1x1", fresh="P",
    fields={
        "ids": _numbers("1xP"), "sourceFileList": _TEXTS, "sourceFileFrameIdx": _numbers("2xF", may_be_empty=True),
    },
)  # fmt: skip
_CALCIUM = Known(
    kinds=("struct",), size="1x1", fresh="RF",
    fields={
        "ids": _numbers("1xR"), "idStrs": _TEXTS, "idStrDetailed": _TEXTS, "valueMatrix": _numbers("RxF"),
        "timeUnit": _numbers("1x1"), "time": _numbers("1xF"), "trial": _numbers("1xF"),
        "imagingPlane": Known(kinds=("cell", "struct"), items=_PLANE),
    },
    optional=frozenset(("idStrDetailed",)),
)  # fmt: skip
_ROI = Known(
    kinds=("struct",),
    fields={
        "id": _numbers("1x1"), "cornersXY": _numbers("2x?", may_be_empty=True),
        "indicesWithinImage": _numbers("1x?", may_be_empty=True),
    },
)  # fmt: skip
_PLANE_ROIS = Known(
    kinds=("struct",), fresh="Q",
    fields={
        "masterImage": _numbers(), "roiIds": _numbers("1xQ", may_be_empty=True),
        "rois": Known(kinds=("struct array", "struct"), items=_ROI, may_be_empty=True),
    },
)  # fmt: skip
_ANY = Known(kinds=())


def _of_description(value: MatValue, _: str) -> Known:
    """Of an imaged subvolume: the planes with their ROIs; of all: numbers of trials with valid data."""
    if isinstance(value, MatStruct | MatStructArray):
        return Known(kinds=("struct array", "struct"), items=_PLANE_ROIS)
    return _numbers(may_be_empty=True)


_DESCRIPTION = Known(
    kinds=("struct",), size="1x1",
    fields={
        "keyNames": Known(kinds=("cell",), may_be_empty=True), "descr": Known(kinds=("cell",), may_be_empty=True),
        "value": Known(kinds=("cell", "number"), items=_of_description, may_be_empty=True),
    },
    optional=frozenset(("keyNames", "descr")),
)  # fmt: skip


def _series(value: MatValue, key: str) -> Known:
    """Of an imaged subvolume, which has imagingPlane, or of a kind that the key names."""
    if isinstance(value, MatStruct) and "imagingPlane" in value.fields:
        return _CALCIUM
    return _CALCIUM if may_be_imaged(key) else _ARRAY


_EVENTS = {
    "ids|id": _numbers(may_be_empty=True), "idStrs|idStr": _TEXTS, "idStrDetailed": _TEXTS, "type": _numbers("1x1"),
    "timeUnit": _numbers("1x1"),
}  # fmt: skip
_EVENT_OPTIONAL = frozenset(("ids|id", "idStrDetailed", "eventPropertiesHash"))
_ONE_SERIES = Known(
    kinds=("struct",), size="1x1", fresh="E",
    fields={
        **_EVENTS, "eventTimes": _numbers("1xE", may_be_empty=True), "eventTrials": _numbers("1xE", may_be_empty=True),
        "eventPropertiesHash": _ANY,
    },
    optional=_EVENT_OPTIONAL,
)  # fmt: skip
_CELL_OF_NUMBERS = Known(kinds=("cell",), size="1xS", items=_numbers(may_be_empty=True), may_be_empty=True)
_SEVERAL_SERIES = Known(
    kinds=("struct",), size="1x1", fresh="S",
    fields={
        **_EVENTS, "eventTimes": _CELL_OF_NUMBERS, "eventTrials": _CELL_OF_NUMBERS,
        "eventPropertiesHash": Known(kinds=("cell",), may_be_empty=True),
    },
    optional=_EVENT_OPTIONAL,
)  # fmt: skip


def _event(value: MatValue, _: str) -> Known:
    several = isinstance(value, MatStruct) and isinstance(value.fields.get("eventTimes"), MatCell)
    return _SEVERAL_SERIES if several else _ONE_SERIES


METADATA_KEYS = (
    "species", "experimentType", "animalStrain1", "animalSource1", "animalGeneModification1", "animalStrain2",
    "animalSource2", "animalGeneModification2", "animalID", "sex", "dateOfExperiment", "timeOfExperiment",
    "experimenters",
)  # fmt: skip
SESSION = Known(
    kinds=("struct",),
    size="1x1",
    fields={
        "metaDataHash": _hash(items=_ANY, keys=METADATA_KEYS, described=False),
        "timeUnitIds": _numbers("1x5"),
        "timeUnitNames": Known(kinds=("cell",), size="1x5", items=_TEXT),
        "trialIds": _numbers("1xT"),
        "trialStartTimes": _numbers("1xT"),
        "trialTimeUnit": _numbers("1x1"),
        "trialTypeStr": Known(kinds=("cell",), size="1x6", items=_TEXT),
        "trialTypeMat": _numbers("6xT"),
        "trialPropertiesHash": _hash(
            items=_numbers("1xT"), keys=("LWaterValveTime", "RWaterValveTime", "StimulusPosition")
        ),
        "timeSeriesArrayHash": _hash(items=_series, descrHash=Known(kinds=("cell",), size="1xK", items=_DESCRIPTION)),
        "eventSeriesArrayHash": _hash(items=_event, keys=tuple(KNOWN_TYPES)),
    },
)
