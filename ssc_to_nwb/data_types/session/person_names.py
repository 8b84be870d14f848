"""Names of people in a text, as NWB and DANDI want them: "Last, First"."""

from __future__ import annotations

import re

_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,3}")


def split_names(text: str) -> list[str]:
    """Names in one text, separated by semicolons, `and`, or commas.

    Raises ValueError where commas may be within names or between them.
    """
    parts = re.split(r"\s*;\s*|\s+and\s+|\s*&\s*", text.strip())
    return [name for part in parts for name in _split_at_commas(part)]


def _split_at_commas(text: str) -> list[str]:
    """`Peron, Simon` is one name; `Simon Peron, Jeremy Freeman` are two, and so are `Peron, S, Freeman, J`."""
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) < 2:
        return pieces
    in_pairs = len(pieces) % 2 == 0
    if in_pairs and all(_INITIALS.fullmatch(first) for first in pieces[1::2]):
        return [f"{last}, {first}" for last, first in zip(pieces[0::2], pieces[1::2], strict=True)]
    if all(" " in piece for piece in pieces):
        return pieces
    if len(pieces) == 2:
        return [", ".join(pieces)]
    raise ValueError("commas within names or between them")


def last_first(name: str) -> str:
    """`Simon Peron` as `Peron, Simon`; a name with a comma, or of one word, as it is."""
    if "," in name:
        return name
    *first, last = name.split()
    return f"{last}, {' '.join(first)}" if first else last
