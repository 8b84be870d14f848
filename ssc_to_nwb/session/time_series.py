"""The entries of timeSeriesArrayHash, each read by the data type that claims it."""

from __future__ import annotations

from collections.abc import Mapping

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.arrays import problems as kinds
from ssc_to_nwb.data_types.arrays.kinds import classify_array
from ssc_to_nwb.data_types.arrays.source import LabelledArray
from ssc_to_nwb.data_types.subvolumes.array_descriptions import read_array_descriptions
from ssc_to_nwb.data_types.subvolumes.assembly import assemble_subvolumes
from ssc_to_nwb.data_types.subvolumes.reader import CalciumEntry, read_calcium_entry
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, Subvolume
from ssc_to_nwb.data_types.whisker.source import WhiskerData, read_whisker
from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.matlab.hash_map import HashEntry, read_hash
from ssc_to_nwb.problems.model import ProblemLog, SscError


def read_time_series(
    field: Field,
    *,
    units: TimeUnits,
    array_kinds: Mapping[str, str],
    fov_pattern: str,
    allow_unmapped: bool,
    log: ProblemLog,
) -> tuple[WhiskerData | None, tuple[Subvolume, ...], dict[str, LabelledArray]]:
    """The whisker array, the subvolumes, and by kind the arrays of registered data types.

    array_kinds, fov_pattern, allow_unmapped: as of `SourceOptions`. Raises what the readers of the data types raise,
    array-kind-unknown, array-kind-twice.
    """
    # All that is known of the keys is what they hold (`dffTSA`); several subvolumes may have the same.
    entries = read_hash(field, keys_may_repeat=True)
    found = [
        _array_kind(entry, position, array_kinds=array_kinds, allow_unmapped=allow_unmapped)
        for position, entry in enumerate(entries, start=1)
    ]
    descriptions = read_array_descriptions(
        field.optional("descrHash") if entries else None,
        wanted=[kind == "whisker" or kind in ARRAY_KINDS for kind in found],
    )
    whisker: WhiskerData | None = None
    calcium: list[CalciumEntry] = []
    further: dict[str, LabelledArray] = {}
    for entry, kind, description in zip(entries, found, descriptions, strict=True):
        if kind is None:
            continue
        if (kind == "whisker" and whisker is not None) or kind in further:
            raise entry.value.problem(kinds.ARRAY_KIND_TWICE, expected=f"one {kind} array", found=entry.key)
        if kind == "whisker":
            whisker = read_whisker(
                entry.value, key=entry.key, units=units, valid_trials=description.valid_trials, log=log
            )
        elif kind in ARRAY_KINDS:
            calcium.append(
                read_calcium_entry(
                    entry.value,
                    kind=kind,
                    key=entry.key,
                    text=entry.description,
                    units=units,
                    description=description,
                    log=log,
                )
            )
        else:
            further[kind] = _read_further(entry, kind, units=units, log=log)
    return whisker, assemble_subvolumes(tuple(calcium), fov_pattern=fov_pattern, log=log), further


def _read_further(entry: HashEntry, kind: str, *, units: TimeUnits, log: ProblemLog) -> LabelledArray:
    """An array of a registered data type, which is the only one that claims its kind."""
    readers = [
        data_type.get("source", "read_array")
        for data_type, claim in registry.having("source", "claimed_kinds")
        if kind in claim(entry.key) | claim(entry.description)
    ]
    found: LabelledArray = readers[0](entry, units=units, log=log)
    return found


def _array_kind(entry: HashEntry, position: int, *, array_kinds: Mapping[str, str], allow_unmapped: bool) -> str | None:
    """What an array is; None where it is of no known kind, and the ledger may keep it whole."""
    try:
        return classify_array(entry, position=position, overrides=array_kinds)
    except SscError:
        if allow_unmapped:
            return None
        raise
