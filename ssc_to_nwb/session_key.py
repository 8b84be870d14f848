"""What a session is called: animal, day, and the letter behind the day where an animal has two sessions of one day."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A database of the data set keeps two characters for the letter. Where more letters follow, they are another word.
_PATTERN = re.compile(
    r"(?P<animal>[A-Za-z0-9]+)_(?P<year>\d{4})_(?P<month>\d{2})_(?P<day>\d{2})(?!\d)"
    r"(?P<letter>(?:[A-Za-z]{1,2}(?![A-Za-z]))?)"
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SessionKey:
    """Animal, day and letter: `an229716`, `20131202`, `b`; text form `an229716_2013_12_02b`, as folders are named.

    letter: empty for most sessions. Sessions of one animal and day that differ in it are two sessions.
    """

    animal: str
    date: str
    letter: str = ""

    @classmethod
    def at_start_of(cls, text: str) -> SessionKey | None:
        """The key of a name that begins with one; None where it does not."""
        match = _PATTERN.match(text)
        return None if match is None else cls._of_match(match)

    @classmethod
    def from_name(cls, name: str) -> SessionKey | None:
        """The key whose text form is `name`; None where that is the name of no session."""
        match = _PATTERN.fullmatch(name)
        return None if match is None else cls._of_match(match)

    @classmethod
    def _of_match(cls, match: re.Match[str]) -> SessionKey:
        date = match["year"] + match["month"] + match["day"]
        return cls(animal=match["animal"], date=date, letter=match["letter"])

    @property
    def label(self) -> str:
        """The session among those of its animal: `20131202b`, as NWB's session_id and DANDI's label `ses-` have it."""
        return f"{self.date}{self.letter}"

    def __str__(self) -> str:
        return f"{self.animal}_{self.date[:4]}_{self.date[4:6]}_{self.date[6:]}{self.letter}"
