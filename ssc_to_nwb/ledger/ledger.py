"""The ledger: every leaf of the session struct and every raw file, once, with what became of it; as a JSON file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
from typing import Any, NamedTuple

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.data_types.rule import (
    OTHER_VARIABLE,
    UNMAPPED,
    Disposition,
    Leaf,
    Rule,
    all_rules,
    left_out,
    may_fit,
    names_of,
    pattern_regex,
    written,
)
from ssc_to_nwb.grouping import grouped
from ssc_to_nwb.matlab.leaves import leaf_bytes, matlab_class, matlab_shape
from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatValue
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, error
from ssc_to_nwb.quantities import listed, plural

_FORMAT = 1
_SHOWN = 10
SESSION_FILE = written(
    "session-file", "<animal>_<date>_session.mat", text="Every field of the session struct, by the rules above."
)
LEFT_OUT = left_out("raw-file-left-out", "any other file", text="Stays outside, with the reason named for each file.")
SYSTEM_FILE = left_out(
    "system-file",
    *("._*", ".DS_Store", "__MACOSX/*", "Thumbs.db", "desktop.ini"),
    text="What macOS and Windows leave beside data is named and not counted: it comes and goes.",
)


class LedgerEntry(NamedTuple):
    """What became of one leaf: its path, class, shape and bytes in the source, and its places in the NWB file.

    kept: whether its value is kept verbatim in the table of the source struct, alone or besides its other places;
    made_from: what a derived leaf is made from besides those places, as JSON; reason: why it is left out. A variable
    beside the session struct is one leaf.
    """

    source: str
    matlab_class: str
    shape: tuple[int, ...]
    bytes: int
    disposition: Disposition
    nwb: tuple[str, ...]
    rule: str
    kept: bool
    made_from: str = ""
    reason: str = ""


class FileEntry(NamedTuple):
    """What became of one source file: role, path below the session's folder, and its places in the NWB file.

    bytes: 0 where the file is not there; sha256: None where it was not hashed.
    """

    source: str
    role: str
    bytes: int
    sha256: str | None
    disposition: Disposition
    nwb: tuple[str, ...]
    rule: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All entries of one session, leaves in the order of the struct."""

    session: str
    variable: str
    leaves: tuple[LedgerEntry, ...]
    files: tuple[FileEntry, ...] = ()

    def summary(self) -> dict[str, dict[str, int]]:
        """Leaves, bytes, files by disposition, JSON-ready, each disposition among them; system files do not count."""
        totals = {one.value: {"leaves": 0, "bytes": 0, "files": 0, "file_bytes": 0} for one in Disposition}
        for disposition, leaves in grouped(self.leaves, key=lambda entry: entry.disposition).items():
            totals[disposition.value]["leaves"] = len(leaves)
            totals[disposition.value]["bytes"] = sum(entry.bytes for entry in leaves)
        for file in (file for file in self.files if file.rule != SYSTEM_FILE.identifier):
            totals[file.disposition.value]["files"] += 1
            totals[file.disposition.value]["file_bytes"] += file.bytes
        return totals

    def by_rule(self) -> Counter[str]:
        """Number of leaves by rule."""
        return Counter(entry.rule for entry in self.leaves)


def build_ledger(
    facts: SessionFacts, *, allow_unmapped: bool, log: ProblemLog, ruled: Iterable[tuple[Leaf, Rule]] | None = None
) -> Ledger:
    """Account for every leaf of a session.

    ruled: what `ruled_leaves` gives, where that is known already. Raises unmapped-leaf where no rule knows one; with
    `allow_unmapped` such leaves are logged (unmapped-leaf-kept) and kept verbatim.
    """
    session = facts.session
    ruled = ruled_leaves(facts) if ruled is None else ruled
    entries = tuple(
        _entry(leaf, rule, facts, value=value) for (leaf, rule), (_, value) in zip(ruled, session.leaves, strict=True)
    )
    unmapped = [entry for entry in entries if entry.rule == UNMAPPED.identifier]
    if unmapped and not allow_unmapped:
        shown = listed([entry.source for entry in unmapped], most=_SHOWN)
        raise error(
            kinds.UNMAPPED_LEAF,
            file=session.path,
            field=unmapped[0].source,
            found=f"{plural(len(unmapped), 'such field')}: {shown}",
        )
    for entry in unmapped:
        size = "x".join(map(str, entry.shape))
        log.add(kinds.UNMAPPED_LEAF_KEPT, file=session.path, field=entry.source, found=f"{size} {entry.matlab_class}")
    others = [
        LedgerEntry(
            source=other.name,
            matlab_class=other.matlab_class,
            shape=other.shape,
            bytes=other.bytes,
            disposition=OTHER_VARIABLE.disposition,
            nwb=(),
            rule=OTHER_VARIABLE.identifier,
            kept=False,
            reason=other.reason,
        )
        for other in session.others
    ]
    return Ledger(session=str(session.key), variable=session.variable, leaves=(*entries, *others))


def ruled_leaves(facts: SessionFacts) -> Iterator[tuple[Leaf, Rule]]:
    """Every leaf of the session struct with the rule that applies to it; `UNMAPPED` where none does."""
    session = facts.session
    skipped = len(session.variable) + 1
    patterns = [(rule, pattern) for rule in all_rules() for pattern in rule.patterns]
    # Names of leaves are few, leaves are tens of thousands.
    candidates: dict[str, list[tuple[Rule, Pattern[str]]]] = {}
    for path, value in session.leaves:
        below = path[skipped:]
        names = names_of(below)
        if names not in candidates:
            candidates[names] = [(rule, pattern_regex(one)) for rule, one in patterns if may_fit(one, names)]
        for rule, pattern in candidates[names]:
            match = pattern.fullmatch(below)
            if match is None:
                continue
            indices = tuple(1 if index is None else int(index) for index in match.groups())
            full = value.full() if isinstance(value, MatSparse) and value.fits_in_full else value
            leaf = Leaf(path=path, value=full, indices=indices, hides_form=isinstance(value, MatSparse | MatChar))
            if rule.applies(leaf, facts):
                yield leaf, rule
                break
        else:
            yield Leaf(path=path, value=value, indices=()), UNMAPPED


def _entry(leaf: Leaf, rule: Rule, facts: SessionFacts, *, value: MatValue) -> LedgerEntry:
    kept = rule.is_kept(leaf, facts)
    places = rule.places(leaf, facts)
    if kept and naming.STRUCT_TABLE not in places:
        places = (*places, naming.STRUCT_TABLE)
    made_from = rule.made_from(leaf, facts)
    return LedgerEntry(
        source=leaf.path,
        matlab_class=matlab_class(value),
        shape=matlab_shape(value),
        bytes=leaf_bytes(value),
        disposition=rule.disposition,
        nwb=places,
        rule=rule.identifier,
        kept=kept,
        made_from=json.dumps(made_from, ensure_ascii=False) if made_from else "",
    )


def write_ledger(ledger: Ledger, path: Path) -> None:
    """Write the ledger, its folder made where it is not there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {
        "format": _FORMAT,
        "session": ledger.session,
        "variable": ledger.variable,
        "summary": ledger.summary(),
        "by_rule": dict(ledger.by_rule()),
    }
    body = json.dumps(head, indent=1, ensure_ascii=False)[: -len("\n}")]
    parts = [body, _lines("leaves", ledger.leaves), _lines("files", ledger.files)]
    path.write_text(",\n".join(parts) + "\n}\n", encoding="utf-8")


def _lines(name: str, entries: Sequence[LedgerEntry] | Sequence[FileEntry]) -> str:
    # One encoder: there are tens of thousands of entries.
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    rows = ",\n  ".join(encode(entry._asdict()) for entry in entries)
    return f' "{name}": [\n  {rows}\n ]' if rows else f' "{name}": []'


def read_ledger(path: Path) -> Ledger:
    """Read what `write_ledger` wrote. Raises ledger-missing, ledger-unreadable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as failure:
        raise error(kinds.LEDGER_MISSING, file=path) from failure
    except (OSError, ValueError) as failure:
        raise error(kinds.LEDGER_UNREADABLE, file=path, found=failure) from failure
    try:
        if content["format"] != _FORMAT:
            raise error(kinds.LEDGER_UNREADABLE, file=path, expected=f"format {_FORMAT}", found=content["format"])
        return Ledger(
            session=content["session"],
            variable=content["variable"],
            leaves=tuple(LedgerEntry(**_typed(entry)) for entry in content["leaves"]),
            files=tuple(FileEntry(**_typed(entry)) for entry in content["files"]),
        )
    except (KeyError, TypeError, ValueError) as failure:
        raise error(kinds.LEDGER_UNREADABLE, file=path, found=f"{type(failure).__name__}: {failure}") from failure


def _typed(entry: dict[str, Any]) -> dict[str, Any]:
    typed = {**entry, "disposition": Disposition(entry["disposition"]), "nwb": tuple(entry["nwb"])}
    if "shape" in typed:
        typed["shape"] = tuple(typed["shape"])
    return typed
