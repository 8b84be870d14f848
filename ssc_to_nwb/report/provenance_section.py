"""The ledger's summary and the provenance, as the file itself has them."""

from __future__ import annotations

import re

import numpy as np

from ssc_to_nwb.quantities import bytes_text, plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.reading.provenance import Provenance
from ssc_to_nwb.report.blocks import Block, Heading, Link, Section, Table, Text
from ssc_to_nwb.report.census_note import census_text

_LEDGER = Heading(anchor="ledger", short="Ledger", title="What became of the source")
_PROVENANCE = Heading(anchor="provenance", short="Provenance", title="Provenance")
_SHOWN_FILES = 12


def ledger_section(session: NwbSession) -> Section:
    """What became of every field and file of the source."""
    found = session.provenance
    if found is None or not found.ledger:
        return _LEDGER.lacking("ledger of its source's fields")
    leaves = sum(counts.get("leaves", 0) for counts in found.ledger.values())
    sizes = sum(counts.get("bytes", 0) for counts in found.ledger.values())
    rows = tuple(
        (
            name,
            f"{counts.get('leaves', 0):,}",
            _percent(counts.get("leaves", 0), leaves),
            bytes_text(counts.get("bytes", 0)),
            _percent(counts.get("bytes", 0), sizes),
            f"{counts.get('files', 0):,}",
            bytes_text(counts.get("file_bytes", 0)),
        )
        for name, counts in sorted(found.ledger.items(), key=lambda item: -item[1].get("bytes", 0))
    )
    headings = ("fields", "count", "share", "size", "share of size", "files", "their size")
    text = f"Every one of the {leaves:,} fields of the session file is accounted for."
    blocks: list[Block] = [Text(text=text), Table(headings=headings, rows=rows, numeric=headings[1:])]
    left_out = _left_out(found.source_files)
    if left_out is not None:
        blocks.append(left_out)
    return _LEDGER.section(*blocks)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _left_out(files: SessionTable | None) -> Table | None:
    """Files that are not in the NWB file, counted by reason."""
    if files is None:
        return None
    reasons, counts = np.unique(
        files.texts("reason")[files.texts("disposition") == "left out"].astype(str), return_counts=True
    )
    if not reasons.size:
        return None
    rows = tuple((reason or "no reason given", str(count)) for reason, count in zip(reasons, counts, strict=True))
    return Table(
        headings=("left out because", "files"), rows=rows, caption="Files that stayed outside", numeric=("files",)
    )


def provenance_section(session: NwbSession) -> Section:
    """Identity of the file, how it was made, from what, and under which conditions it may be used."""
    file = session.nwbfile
    rows: list[tuple[str | Link, ...]] = [
        ("file", session.file_name),
        ("identifier", str(file.identifier)),
        ("session start", file.session_start_time.isoformat()),
        ("census", census_text(session)),
        ("NWB schema", session.nwb_version or "not given"),
    ]
    if file.was_generated_by is not None:
        rows += [("made with", f"{name} {version}") for name, version in np.asarray(file.was_generated_by[:]).tolist()]
    rows += [("publication", _doi(str(text))) for text in file.related_publications or ()]
    found = session.provenance
    if found is not None:
        rows += [(name, found.items[key]) for key, name in _ITEMS.items() if key in found.items]
    blocks: list[Block] = [Table(headings=("", ""), rows=tuple(rows))]
    blocks += [Text(text=line) for line in str(file.notes or "").splitlines() if line.strip()]
    if found is not None:
        blocks += _source_files(found)
    return _PROVENANCE.section(*blocks)


_ITEMS = {"options": "options", "metadata_sha256": "SHA-256 of the metadata"}


def _doi(text: str) -> Link | str:
    match = re.fullmatch(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,}/\S+)", text.strip())
    return text if match is None else Link(text=f"doi:{match[1]}", address=f"https://doi.org/{match[1]}")


def _source_files(found: Provenance) -> list[Block]:
    files = found.source_files
    if files is None or not len(files):
        return []
    roles, paths, hashes = files.texts("role"), files.texts("path"), files.texts("sha256")
    sizes = files.integers("bytes")
    headings = ("role", "files", "size")
    counted = []
    for role in dict.fromkeys(roles.tolist()):
        chosen = roles == role
        counted.append((role, f"{int(chosen.sum()):,}", bytes_text(int(sizes[chosen].sum()))))
    shown = np.flatnonzero(roles == "session file").tolist() or [0]
    listed = tuple(
        (paths[row], bytes_text(int(sizes[row])), hashes[row] or "not hashed") for row in shown[:_SHOWN_FILES]
    )
    return [
        Table(
            headings=headings,
            rows=tuple(counted),
            caption=f"Source: {plural(len(files), 'file')}",
            numeric=headings[1:],
        ),
        Table(headings=("session file", "size", "SHA-256"), rows=listed),
    ]
