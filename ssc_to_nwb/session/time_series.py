"""The entries of timeSeriesArrayHash: which data type each belongs to, and what that one reads of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.arrays.source import ArrayEntry, LabelledArray
from ssc_to_nwb.data_types.subvolumes.reader import CalciumEntry, assemble_subvolumes, read_calcium_entry
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS as CALCIUM_KINDS
from ssc_to_nwb.data_types.subvolumes.source import Subvolume
from ssc_to_nwb.matlab.field import Field, HashEntry, read_hash
from ssc_to_nwb.metadata.model import ARRAY_KINDS, SourceFacts
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError


def read_time_series(
    field: Field,
    *,
    units: TimeUnits,
    facts: SourceFacts,
    allow_unmapped: bool,
    log: ProblemLog,
) -> tuple[dict[str, LabelledArray], tuple[Subvolume, ...]]:
    """The arrays by kind, and the subvolumes, which several arrays make up together.

    facts, allow_unmapped: as of `read_session`. Raises what the readers of the data types raise, array-kind-unknown,
    array-kind-twice.
    """
    found: list[tuple[ArrayEntry, str]] = []
    for position, entry in enumerate(_entries(field), start=1):
        try:
            found.append((entry, classify_array(entry, position=position, overrides=facts.array_kinds)))
        except SscError:
            # The ledger may keep an array of no known kind whole.
            if not allow_unmapped:
                raise
    calcium: list[CalciumEntry] = []
    arrays: dict[str, LabelledArray] = {}
    for entry, kind in found:
        if kind in arrays:
            raise entry.value.problem(kinds.ARRAY_KIND_TWICE, expected=f"one {kind} array", found=entry.key)
        if kind in CALCIUM_KINDS:
            calcium.append(read_calcium_entry(entry, kind=kind, units=units, fov_pattern=facts.fov_pattern, log=log))
        else:
            arrays[kind] = data_type_of(entry, kind).get("source", "read_array")(entry, units=units, log=log)
    return arrays, assemble_subvolumes(tuple(calcium), log=log)


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


def classify_array(entry: HashEntry, *, position: int, overrides: Mapping[str, str]) -> str:
    """The kind of an entry: as metadata says by key or by `value{position}`, else from key, then description.

    Raises array-kind-unknown where neither text names exactly one kind, with the data types that claim the entry.
    """
    for name in (entry.key, f"value{{{position}}}"):
        if name in overrides:
            return overrides[name]
    rivals: list[str] = []
    for text in (entry.key, entry.description):
        claims = _claims(text)
        if len(claims) == 1:
            return next(iter(claims))
        rivals += [f"{kind} of {data_type.name}" for kind, data_type in claims.items()]
    claimed = f", claimed as {', '.join(dict.fromkeys(rivals))}" if rivals else ", claimed by no data type"
    raise entry.value.problem(
        kinds.ARRAY_KIND_UNKNOWN,
        expected="a key name or description that says of what kind the array is",
        found=f"key {entry.key!r}, description {entry.description!r}{claimed}",
        detail=f"metadata: source: {{array_kinds: {{{entry.key!r}: {'|'.join(ARRAY_KINDS)}}}}}",
    )


def data_type_of(entry: HashEntry, kind: str) -> registry.DataType:
    """The data type whose kind an entry is; where metadata say the kind, the name of the kind claims it."""
    return {**_claims(kind), **_claims(entry.description), **_claims(entry.key)}[kind]


def may_be_imaged(key: str) -> bool:
    """Whether a key names no kind of array but those of imaged subvolumes."""
    return not _claims(key).keys() - set(CALCIUM_KINDS)


def _claims(text: str) -> dict[str, registry.DataType]:
    return {kind: data_type for data_type, claim in registry.having("source", "claimed_kinds") for kind in claim(text)}
