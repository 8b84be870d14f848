"""Which data type an entry of timeSeriesArrayHash belongs to, and of what kind it is: exactly one may claim it."""

from __future__ import annotations

from collections.abc import Mapping

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.subvolumes.source import ARRAY_KINDS as CALCIUM_KINDS
from ssc_to_nwb.matlab.field import HashEntry
from ssc_to_nwb.metadata.model import ARRAY_KINDS
from ssc_to_nwb.problems import kinds


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
