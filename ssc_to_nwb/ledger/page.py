"""The page of the field map: where each field of the source is in the NWB file, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.source import KNOWN_TYPES, POINTS
from ssc_to_nwb.data_types.rule import Rule, all_rules
from ssc_to_nwb.ledger.ledger import raw_rules

_HEAD = ("Source field", "Becomes", "In the NWB file", "Unit", "Rule")


_INTRODUCTION = (
    "Paths of the session file are those below its variable (`s`, or `dat`); the first row that fits a field says "
    "what becomes of it. `{*}` is an index, `**` is anything; names in braces on the NWB side are explained below."
)
_NAMES = (
    ("{plane}", "`fov_VVPPP`, from the folder of the plane's files; `subvolume_VV_plane_P` if no path names it"),
    ("{labels}", "`trial_number_subvolume_VV`; `trial_number_subvolume_VV_2` where a second one has the same number"),
    ("{container}, {series}", "see below"),
    (
        "{table}, {column}",
        "see below; what is not listed there is named as its key, in lower case: `fooBar`, `foo_bar`",
    ),
)


def map_page() -> str:
    """The map as Markdown: a table for the session file, the names in it, and a table for the raw files."""
    sections = [
        _INTRODUCTION,
        _rules_table(all_rules()),
        "Names:",
        _table(("Name", "Meaning"), [(f"`{name}`", text) for name, text in _NAMES]),
        _table(("Arrays", "Container", "Series"), _response_rows()),
        _table(("Event series", "Table"), _event_rows()),
        _table(("Trial property", "Column of `/intervals/trials`"), _code_rows(naming.TRIAL_COLUMNS.items())),
        "Keys of `metaDataHash`, and the fields that are made from them where no metadata file replaces them:",
        _table(("Key", "Field"), _metadata_rows()),
        "Files:",
        _rules_table(raw_rules()),
    ]
    return "\n\n".join(sections) + "\n"


def _rules_table(rules: Iterable[Rule]) -> str:
    return _table(_HEAD, [_cells(rule) for rule in rules])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_line(cells) for cells in (head, ["---"] * len(head), *rows))


def _response_rows() -> list[tuple[str, ...]]:
    return [
        (kind, f"`{container}`", f"`{naming.response_series(kind, '{plane}')}`")
        for kind, container in naming.RESPONSE_CONTAINERS.items()
    ]


def _event_rows() -> list[tuple[str, ...]]:
    tables = [(key, ("/events/" if KNOWN_TYPES[key] == POINTS else "/intervals/") + name)
              for key, name in naming.EVENT_TABLES.items()]  # fmt: skip
    return _code_rows(tables)


def _code_rows(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    return [(f"`{one}`", f"`{other}`") for one, other in pairs]


def _cells(rule: Rule) -> list[str]:
    return [
        _codes(rule.patterns) + (f"<br>({rule.scope})" if rule.scope else ""),
        rule.disposition.value,
        _codes(rule.nwb),
        rule.unit,
        f"{rule.text} (`{rule.identifier}`)",
    ]


def _metadata_rows() -> list[tuple[str, ...]]:
    keys: dict[str, list[str]] = {}
    for key, place in naming.METADATA_PLACES.items():
        keys.setdefault(place, []).append(key)
    return [(_short_codes(names), f"`{place}`") for place, names in keys.items()]


def _short_codes(names: list[str]) -> str:
    """Numbered keys in short: `animalStrain1`, `animalStrain2`... as `animalStrain1..9`."""
    stems = dict.fromkeys(name.rstrip("123456789") for name in names)
    return ", ".join(f"`{stem}`" if stem in names else f"`{stem}1..9`" for stem in stems)


def _codes(texts: Iterable[str]) -> str:
    return "<br>".join(f"`{text}`" for text in texts)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
