"""The page that leads to the pages of all sessions: what dataset it is, how much of it, each session in short."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ssc_to_nwb.quantities import plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.file_record import Badge
from ssc_to_nwb.report.page import SessionPage


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """A session in the index page; dataset: name and title, empty where the file has none; counts: for the totals."""

    address: str
    title: str
    summary: str
    thumbnail: Markup
    warnings: int
    badges: tuple[Badge, ...]
    synthetic: bool
    dataset: str
    animal: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The list of sessions before it is HTML; totals: names and numbers."""

    title: str
    totals: tuple[tuple[str, str], ...]
    entries: tuple[IndexEntry, ...]

    @property
    def synthetic_count(self) -> int:
        """Sessions that are made up."""
        return sum(entry.synthetic for entry in self.entries)


def make_entry(session: NwbSession, page: SessionPage, *, address: str) -> IndexEntry:
    """A session as the index shows it."""
    dataset = {} if session.provenance is None else session.provenance.metadata.get("dataset", {})
    name = ": ".join(str(dataset[key]) for key in ("name", "title") if dataset.get(key))
    return IndexEntry(
        address=address,
        title=page.title,
        summary=page.summary,
        thumbnail=page.thumbnail,
        warnings=page.warning_count,
        badges=page.badges,
        synthetic=page.synthetic,
        dataset=f"CRCNS {name}" if name else "",
        animal=session.subject_id,
        counts=(
            ("trials", 0 if session.trials is None else len(session.trials)),
            ("planes", len(session.planes)),
            ("ROIs", sum(plane.roi_numbers.size for plane in session.planes)),
            ("touches", 0 if session.touches is None else len(session.touches)),
            ("licks", 0 if session.licks is None else len(session.licks)),
            ("warnings", page.warning_count),
        ),
    )


def make_index(entries: list[IndexEntry]) -> Index:
    """The whole list; datasets that differ are all named."""
    names = list(dict.fromkeys(entry.dataset for entry in entries if entry.dataset))
    sums: dict[str, int] = {}
    for name, count in (count for entry in entries for count in entry.counts):
        sums[name] = sums.get(name, 0) + count
    animals = len({entry.animal for entry in entries})
    return Index(
        title="; ".join(names) or plural(len(entries), "session"),
        totals=(
            ("sessions", f"{len(entries):,}"),
            ("animals", f"{animals:,}"),
            *((name, f"{count:,}") for name, count in sums.items()),
        ),
        entries=tuple(entries),
    )
