"""Rules say what becomes of the leaves of the session struct whose paths fit their patterns: the claims of data types.

A `layout.py` makes its rules with `written`, `derived` and `kept`, and `scoped` where all are of some entries alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.matlab.tree import MatStruct, MatStructArray, MatValue, is_empty_value, row_texts

_INDEX = re.compile(r"[{(](?:\d+|\*)[)}]")
# An index in a cell or a struct array; a lone value has none.
_WILDCARDS = {"{*}": r"(?:[{(](\d+)[)}])?", "**": r".*"}

CALCIUM = "entries of dF/F, raw fluorescence and events"


class Disposition(StrEnum):
    """What becomes of a leaf."""

    WRITTEN = "written"
    DERIVED = "derived"
    KEPT = "kept verbatim"
    LEFT_OUT = "left out"


class Leaf(NamedTuple):
    """One leaf of the session struct. There are tens of thousands: a tuple is made fast.

    path: as `walk_leaves` gives it, the variable's name included; value: of a sparse matrix the full one; indices: the
    numbers at the `{*}` of the rule's pattern, 1 where the path has none (a lone value without the cell around it);
    hides_form: whether the value alone does not say what the source has: a sparse matrix, a char array that is no row.
    """

    path: str
    value: MatValue
    indices: tuple[int, ...]
    hides_form: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the value holds nothing: [], {}, '', an empty struct array or a struct without fields."""
        return isinstance(self.value, MatStruct | MatStructArray) or is_empty_value(self.value)


def says_something(value: MatValue) -> bool:
    """Whether a value is neither empty nor a blank text."""
    texts = row_texts(value)
    return any(text.strip() for text in texts) if texts else not is_empty_value(value)


Condition: TypeAlias = Callable[[Leaf, SessionFacts], bool]


def is_empty(leaf: Leaf, facts: SessionFacts) -> bool:  # noqa: ARG001
    """Whether the leaf holds nothing; an empty value keeps its size and class only where it is kept."""
    return leaf.is_empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What becomes of some leaves.

    patterns: paths below the session variable; `{*}` is any index in a cell or a struct array, which may be
    absent, `**` for any rest. nwb: where in the file; `{name}` is any name of what a layout declares to be made from
    the entry of the leaf. text: the rule in words; scope: of which entries, where patterns alone do not decide; unit:
    of the values in the file.
    when: whether the rule applies to a leaf that fits a pattern; the first rule of the table that does is taken.
    placed: whether it applies to leaves alone that have a place; where not, those that say nothing have none.
    links: whether links of the file are such places.
    keep: whether the leaf is kept verbatim besides, because the places in `nwb` alone would not give it back.
    made_from: what a derived leaf is made from besides the places in `nwb`; stated in the table of the source struct.
    up_to: the form in which a leaf that is kept besides must agree with its places, a word of `proof.leaves`.
    """

    identifier: str
    patterns: tuple[str, ...]
    disposition: Disposition
    text: str
    nwb: tuple[str, ...] = ()
    scope: str = ""
    unit: str = ""
    when: Condition = lambda *_: True
    placed: bool = True
    links: bool = True
    keep: Condition = lambda *_: False
    made_from: Callable[[Leaf, SessionFacts], Mapping[str, str]] = lambda *_: {}
    up_to: str = ""

    @property
    def needs_restore(self) -> bool:
        """Whether the values of its leaves must come back from their places in the file."""
        return self.disposition in (Disposition.WRITTEN, Disposition.DERIVED)

    def is_kept(self, leaf: Leaf, facts: SessionFacts) -> bool:
        """Whether the value of this leaf is kept verbatim in the table of the source struct.

        That a matrix was sparse, or a char array no row, only that table says.
        """
        return self.disposition is Disposition.KEPT or leaf.hides_form or self.keep(leaf, facts)

    def places(self, leaf: Leaf, facts: SessionFacts) -> tuple[str, ...]:
        """The paths in the NWB file where this leaf is found."""
        if not self.placed and not says_something(leaf.value):
            return ()
        return facts.places(leaf.path, self.nwb, links=self.links)

    def applies(self, leaf: Leaf, facts: SessionFacts) -> bool:
        """Whether this is the rule of a leaf that fits a pattern, unless one before it is."""
        return self.when(leaf, facts) and (not self.placed or bool(self.places(leaf, facts)))


def written(identifier: str, *patterns: str, keep: Condition = is_empty, **further: Any) -> Rule:
    """A rule for leaves whose values the file has; those without any are kept besides, for their size and class."""
    return Rule(identifier=identifier, patterns=patterns, disposition=Disposition.WRITTEN, keep=keep, **further)


def left_out(identifier: str, *patterns: str, text: str) -> Rule:
    """A rule for what is not in the file."""
    return Rule(identifier=identifier, patterns=patterns, disposition=Disposition.LEFT_OUT, text=text)


def derived(identifier: str, *patterns: str, **further: Any) -> Rule:
    """A rule for leaves that follow from others."""
    return Rule(identifier=identifier, patterns=patterns, disposition=Disposition.DERIVED, **further)


def kept(identifier: str, *patterns: str, **further: Any) -> Rule:
    """A rule for leaves that are kept verbatim."""
    nwb = (naming.STRUCT_TABLE,)
    return Rule(identifier=identifier, patterns=patterns, disposition=Disposition.KEPT, nwb=nwb, **further)


def scoped(scope: str, applies: Condition, *rules: Rule) -> tuple[Rule, ...]:
    """Rules that apply to some entries alone. scope: which, in words."""

    def both(rule: Rule) -> Condition:
        return lambda leaf, facts: applies(leaf, facts) and rule.when(leaf, facts)

    return tuple(replace(rule, scope=scope, when=both(rule)) for rule in rules)


def of_array(kind: str) -> Condition:
    """Whether a leaf belongs to the session's array of this kind."""
    return lambda leaf, facts: facts.arrays.get(leaf.indices[0]) == kind


def is_calcium(leaf: Leaf, facts: SessionFacts) -> bool:
    """Whether the leaf belongs to a calcium entry."""
    return leaf.indices[0] in facts.calcium


def below(entry: str, *fields: str) -> tuple[str, ...]:
    """Patterns of fields of an entry."""
    return tuple(f"{entry}.{field}" for field in fields)


def names_of(path: str) -> str:
    """The names alone of a path or a pattern."""
    return _INDEX.sub("", path)


@cache
def _names_of_pattern(pattern: str) -> tuple[str, str, str]:
    return names_of(pattern).partition("**")


def may_fit(pattern: str, names: str) -> bool:
    """Whether leaves of these names may fit a pattern, whatever indices they have; cheaper than to compile it."""
    of_pattern, any_rest, _ = _names_of_pattern(pattern)
    return names.startswith(of_pattern) if any_rest else names == of_pattern


@cache
def pattern_regex(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression over paths below the session variable; its groups are the indices."""
    parts = re.split(r"(\{\*\}|\*\*)", pattern)
    return re.compile("".join(_WILDCARDS.get(part, re.escape(part)) for part in parts))


def all_rules() -> tuple[Rule, ...]:
    """The claims of all data types, in the order in which they are tried."""
    return tuple(rule for data_type in registry.data_types() for rule in data_type.rules)


# Not in the table, as it is no field of the session struct.
OTHER_VARIABLE = left_out("other-variable", text="A variable of the session file beside the session struct.")
# Not in the table: takes the place of a missing rule where the user allows it.
UNMAPPED = kept("unmapped", "**", text="A field that no rule knows; an error, unless --allow-unmapped was given.")
