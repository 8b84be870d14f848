"""Names of the source that objects or columns of the NWB file are named after must stay apart there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.problems import kinds


def check_names_distinct(field: Field, keys: Iterable[str], *, named: Callable[[str], str]) -> None:
    """Raise name-not-distinct where `named`, a function of `naming`, gives two keys one name, or a key none."""
    owners: dict[str, str] = {}
    for key in keys:
        name = named(key)
        if not name or name in owners:
            raise field.problem(
                kinds.NAME_NOT_DISTINCT,
                expected="names that differ in their letters and digits",
                found=f"{owners[name]!r} and {key!r}" if name else repr(key),
            )
        owners[name] = key
