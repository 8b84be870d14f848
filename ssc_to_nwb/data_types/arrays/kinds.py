"""Which data type an entry of timeSeriesArrayHash belongs to, and of what kind it is: exactly one may claim it."""

from __future__ import annotations

from collections.abc import Mapping

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.arrays import problems as kinds
from ssc_to_nwb.matlab.hash_map import HashEntry

_OWN_KINDS = "whisker|dff|raw|event"


def classify_array(entry: HashEntry, *, position: int, overrides: Mapping[str, str]) -> str:
    """The kind of an entry: as metadata says by key or by `value{position}`, else from key, then description.

    Raises array-kind-unknown where neither text names exactly one kind, with the data types that claim the entry.
    """
    for name in (entry.key, f"value{{{position}}}"):
        if name in overrides:
            return overrides[name]
    rivals: list[str] = []
    for text in (entry.key, entry.description):
        claims = {kind: data_type.name for data_type, claim in _claims() for kind in claim(text)}
        if len(claims) == 1:
            return next(iter(claims))
        rivals += [f"{kind} of {name}" for kind, name in claims.items()]
    claimed = f", claimed as {', '.join(dict.fromkeys(rivals))}" if rivals else ", claimed by no data type"
    raise entry.value.problem(
        kinds.ARRAY_KIND_UNKNOWN,
        expected="a key name or description that says whisker, dff, raw or fluo, or event",
        found=f"key {entry.key!r}, description {entry.description!r}{claimed}",
        detail=f"metadata: source: {{array_kinds: {{{entry.key!r}: {_OWN_KINDS}}}}}",
    )


def _claims() -> list[tuple[registry.DataType, registry.Claim]]:
    return list(registry.having("source", "claimed_kinds"))
