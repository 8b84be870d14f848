"""The "Hash" of the session files: a struct with parallel cells `keyNames`, `value` and, mostly, `descr`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ssc_to_nwb.matlab.field import Field
from ssc_to_nwb.matlab.tree import MatCell
from ssc_to_nwb.problems import kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class HashEntry:
    """One key of a Hash.

    Attributes
    ----------
    key : str
        The key.
    description : str
        Empty where the Hash has none.
    value : Field
        What it holds.
    """

    key: str
    description: str
    value: Field


def read_hash(field: Field, *, keys_may_repeat: bool = False) -> tuple[HashEntry, ...]:
    """The entries of a Hash in their order; an empty array counts as a Hash without entries.

    field: the struct with `keyNames`, `value` and, where it has one, `descr`; keys_may_repeat: for entries that are
    distinguished by position. Raises field-missing, field-type; field-length where the cells are not equally long;
    hash-key-twice.
    """
    if field.is_empty:
        return ()
    keys = field.child("keyNames").texts()
    values = _values(field.child("value"), count=len(keys))
    described = field.optional("descr")
    descriptions = described.texts() if described is not None and not described.is_empty else ("",) * len(keys)
    for name, found in (("value", len(values)), ("descr", len(descriptions))):
        if found != len(keys):
            raise field.problem(
                kinds.FIELD_LENGTH, expected=f"{len(keys)} items in {name}, as in keyNames", found=found
            )
    for key in keys:
        if keys.count(key) > 1 and not keys_may_repeat:
            raise field.problem(kinds.HASH_KEY_TWICE, found=key)
    return tuple(
        HashEntry(key=key, description=description, value=value)
        for key, description, value in zip(keys, descriptions, values, strict=True)
    )


def _values(field: Field, *, count: int) -> tuple[Field, ...]:
    if isinstance(field.value, MatCell):
        return field.items()
    # Without the cell around it a lone value, even an empty one, is the value of the only key.
    return (field,) if count == 1 else field.items()


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
