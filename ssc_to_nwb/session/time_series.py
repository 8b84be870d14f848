"""The entries of timeSeriesArrayHash, each read by the data type that claims it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.arrays.kinds import classify_array, data_type_of
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, LabelledArray
from ssc_to_nwb.data_types.subvolumes.assembly import assemble_subvolumes
from ssc_to_nwb.data_types.subvolumes.reader import CalciumEntry, read_calcium_entry
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS, Subvolume
from ssc_to_nwb.matlab.field import Field, read_hash
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError


def read_time_series(
    field: Field,
    *,
    units: TimeUnits,
    array_kinds: Mapping[str, str],
    fov_pattern: str,
    allow_unmapped: bool,
    log: ProblemLog,
) -> tuple[dict[str, LabelledArray], tuple[Subvolume, ...]]:
    """The arrays by kind, and the subvolumes, which several arrays make up together.

    array_kinds, fov_pattern, allow_unmapped: as of `SourceOptions`. Raises what the readers of the data types raise,
    array-kind-unknown, array-kind-twice.
    """
    entries = list(_entries(field))
    found = [
        _array_kind(entry, position, array_kinds=array_kinds, allow_unmapped=allow_unmapped)
        for position, entry in enumerate(entries, start=1)
    ]
    calcium: list[CalciumEntry] = []
    arrays: dict[str, LabelledArray] = {}
    for entry, kind in zip(entries, found, strict=True):
        if kind is None:
            continue
        if kind in arrays:
            raise entry.value.problem(kinds.ARRAY_KIND_TWICE, expected=f"one {kind} array", found=entry.key)
        if kind in ARRAY_KINDS:
            calcium.append(read_calcium_entry(entry, kind=kind, units=units, log=log))
        else:
            arrays[kind] = data_type_of(entry, kind).get("source", "read_array")(entry, units=units, log=log)
    return arrays, assemble_subvolumes(tuple(calcium), fov_pattern=fov_pattern, log=log)


def _entries(field: Field) -> Iterator[ArrayEntry]:
    """Each entry with its item of descrHash, which may be absent or empty. Raises field-length."""
    # All that is known of the keys is what they hold (`dffTSA`); several subvolumes may have the same.
    entries = read_hash(field, keys_may_repeat=True)
    hash_ = field.optional("descrHash") if entries else None
    described = () if hash_ is None or hash_.is_empty else hash_.items()
    if hash_ is not None and described and len(described) != len(entries):
        raise hash_.problem(kinds.FIELD_LENGTH, expected=f"{len(entries)} items, as in value", found=len(described))
    for one, item in zip(entries, described or (None,) * len(entries), strict=True):
        yield ArrayEntry(key=one.key, description=one.description, value=one.value, described=item)


def _array_kind(
    entry: ArrayEntry, position: int, *, array_kinds: Mapping[str, str], allow_unmapped: bool
) -> str | None:
    """What an array is; None where it is of no known kind, and the ledger may keep it whole."""
    try:
        return classify_array(entry, position=position, overrides=array_kinds)
    except SscError:
        if allow_unmapped:
            return None
        raise
