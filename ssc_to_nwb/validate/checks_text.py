"""Check of texts: no placeholder where knowledge is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from hdmf.container import AbstractContainer

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import all_values, shape_of
from ssc_to_nwb.validate.project_check import examples, project_check

# A whole text that says nothing. `comments` may be "no comments", pynwb's own default, and a unit "n.a.", NWB's word
# for a series whose values have none.
_EMPTY_TEXT = re.compile(
    r"unk(nown)?|placeholder|(no )?description( available)?|none( provided)?|n/?a|nan|null|not (available|specified)|"
    r"unspecified|undefined|to (do|be determined|be done)|test|required|x{2,}|\?+|-+|\.+",
    re.IGNORECASE,
)
# A word that gives a text away wherever it is in it.
_GIVEAWAY = re.compile(r"\b(todo|tbd|fixme|placeholder|lorem ipsum)\b", re.IGNORECASE)
_NOT_TEXT = frozenset(("colnames", "object_id", "name"))
_LONGEST_LIST = 1000


@project_check(kinds.PLACEHOLDER_TEXT, neurodata_type=None)
def check_no_placeholder_text(neurodata_object: AbstractContainer) -> str | None:
    """No text that describes an object is empty talk."""
    found = [f"{field} is {text!r}" for field, text in described(neurodata_object) if is_placeholder(text)]
    return f"{examples(found)}." if found else None


def is_placeholder(text: str) -> bool:
    """Whether a text says nothing: `unknown`, `No description.`, `TODO: ask`."""
    bare = re.sub(r"^[\s<\[(\"']+|[\s>\])\"'.:!]+$", "", text)
    return _EMPTY_TEXT.fullmatch(bare) is not None or _GIVEAWAY.search(text) is not None


def described(neurodata_object: AbstractContainer) -> Iterator[tuple[str, str]]:
    """(field, text) of every text, alone or in a list, that describes an object; its data are not among them."""
    # Numbers of trials have no unit, and NWB asks for one of every series.
    unitless = naming.TRIAL_NUMBER_SERIES.fullmatch(neurodata_object.name)
    for field, value in neurodata_object.fields.items():
        if field in _NOT_TEXT or field == "data" or (unitless and field == "unit"):
            continue
        if isinstance(value, str):
            yield field, value
        elif _is_list(value):
            yield from ((field, text) for text in _texts_in(value))


def _is_list(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return True
    stored = type(value).__name__ in ("StrDataset", "Dataset", "Array") or isinstance(value, np.ndarray)
    return stored and len(shape_of(value)) == 1 and shape_of(value)[0] <= _LONGEST_LIST


def _texts_in(value: Any) -> list[str]:
    items = value if isinstance(value, (list, tuple)) else all_values(value).tolist()
    texts = [item.decode() if isinstance(item, bytes) else item for item in items]
    return [text for text in texts if isinstance(text, str)]
