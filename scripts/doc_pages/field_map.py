"""The map from the fields of the source to the objects of the NWB file, made from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable

from doc_pages.markdown import page, table
from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.events.source import KNOWN_TYPES, POINTS
from ssc_to_nwb.data_types.rule import Rule, all_rules
from ssc_to_nwb.ledger.ledger import LEFT_OUT, SESSION_FILE, SYSTEM_FILE

_INTRODUCTION = """\
Where each field of the source goes. The page is made from the rules that the conversion uses; the
[ledger](records.md#ledger) beside every NWB file says the same for each single field of that session."""
_PATHS = (
    "Paths of the session file are those below its variable (`s`, or `dat`); the first row that fits a field says "
    "what becomes of it. `{*}` is an index, `**` is anything; names in braces on the NWB side are explained below."
)
_HEAD = ("Source field", "Becomes", "In the NWB file", "Unit", "Rule")
_NAMES = (
    ("`{plane}`", "`fov_VVPPP`, from the folder of the plane's files; `subvolume_VV_plane_P` if no path names it"),
    ("`{labels}`", "`trial_number_subvolume_VV`; `trial_number_subvolume_VV_2` where a second one has the same number"),
    ("`{container}, {series}`", "see below"),
    (
        "`{table}, {column}`",
        "see below; what is not listed there is named as its key, in lower case: `fooBar`, `foo_bar`",
    ),
)


def field_map_page() -> str:
    """The whole page: a table for the session file, the names in it, and a table for the raw files."""
    arrays = [
        (kind, _code([container]), _code([naming.response_series(kind, "{plane}")]))
        for kind, container in naming.RESPONSE_CONTAINERS.items()
    ]
    events = {
        key: f"/{'events' if KNOWN_TYPES[key] == POINTS else 'intervals'}/{name}"
        for key, name in naming.EVENT_TABLES.items()
    }
    return page(
        "Field map",
        _INTRODUCTION,
        _PATHS,
        table(_HEAD, map(_cells, all_rules())),
        "Names:",
        table(("Name", "Meaning"), _NAMES),
        table(("Arrays", "Container", "Series"), arrays),
        table(("Event series", "Table"), _pairs(events.items())),
        table(("Trial property", "Column of `/intervals/trials`"), _pairs(naming.TRIAL_COLUMNS.items())),
        "Keys of `metaDataHash`, and the fields that are made from them where no metadata file replaces them:",
        table(("Key", "Field"), _metadata_rows()),
        "Files:",
        table(_HEAD, map(_cells, raw_rules())),
    )


def raw_rules() -> tuple[Rule, ...]:
    """What becomes of files, those of the data types in their order."""
    of_types = [rule for _, rules in registry.having("layout", "RAW_RULES") for rule in rules]
    return (SESSION_FILE, *of_types, LEFT_OUT, SYSTEM_FILE)


def _cells(rule: Rule) -> list[str]:
    return [
        _code(rule.patterns) + (f"<br>({rule.scope})" if rule.scope else ""),
        rule.disposition.value,
        _code(rule.nwb),
        rule.unit,
        f"{rule.text} (`{rule.identifier}`)".replace("|", "\\|"),
    ]


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[_code([one]) for one in pair] for pair in pairs]


def _metadata_rows() -> list[tuple[str, str]]:
    """Numbered keys in short: `animalStrain1`, `animalStrain2`... as `animalStrain1..9`."""
    stems: dict[str, dict[str, str]] = {}
    for key, place in naming.METADATA_PLACES.items():
        stem = key.rstrip("123456789")
        stems.setdefault(place, {})[stem] = key if stem == key else f"{stem}1..9"
    return [(", ".join(_code([one]) for one in keys.values()), _code([place])) for place, keys in stems.items()]


def _code(texts: Iterable[str]) -> str:
    return "<br>".join(f"`{text}`" for text in texts).replace("|", "\\|")
