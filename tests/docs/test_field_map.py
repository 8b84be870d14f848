"""The page of the field map says what the code does."""

from __future__ import annotations

import re
from collections.abc import Callable

from doc_pages.field_map import field_map_page, raw_rules
from made_sessions import AWKWARD, Converted, facts_of, read

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.events.source import KNOWN_TYPES
from ssc_to_nwb.data_types.rule import all_rules
from ssc_to_nwb.ledger.ledger import build_ledger
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.testing.spec import SessionSpec


def rows() -> list[list[str]]:
    lines = [line for line in field_map_page().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_every_rule_has_a_row_with_its_patterns_and_places():
    by_rule = {re.search(r"\(`([a-z-]+)`\)$", row[4])[1]: row for row in rows() if len(row) == 5 and "(`" in row[4]}
    assert set(by_rule) == {rule.identifier for rule in (*all_rules(), *raw_rules())}
    for rule in (*all_rules(), *raw_rules()):
        source, becomes, nwb, unit, text = by_rule[rule.identifier]
        assert all(f"`{pattern}`" in source for pattern in rule.patterns)
        assert all(f"`{place}`" in nwb for place in rule.nwb)
        assert (becomes, unit) == (rule.disposition.value, rule.unit)
        assert text.startswith(rule.text)


def test_identifiers_are_unique():
    identifiers = [rule.identifier for rule in (*all_rules(), *raw_rules())]
    assert len(set(identifiers)) == len(identifiers)


def test_places_of_real_leaves_fit_the_templates_of_their_rule(convert_once: Callable[..., Converted]):
    templates = {rule.identifier: rule.nwb for rule in all_rules()}
    for spec in (SessionSpec(), AWKWARD):
        session, _ = read(convert_once(spec).made)
        for entry in build_ledger(facts_of(session), allow_unmapped=False, log=ProblemLog()).leaves:
            patterns = [re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)) for template in templates[entry.rule]]
            for place in entry.nwb:
                kept = place == "/processing/source/source_struct"
                assert kept or any(re.fullmatch(pattern, place) for pattern in patterns), (entry.rule, place)


def test_names_in_the_page_are_those_of_the_code():
    page = field_map_page()
    for key, table in naming.EVENT_TABLES.items():
        assert re.search(rf"\| `{key}` \| `/(events|intervals)/{table}` \|", page)
    for key, column in naming.TRIAL_COLUMNS.items():
        assert f"| `{key}` | `{column}` |" in page
    for container in naming.RESPONSE_CONTAINERS.values():
        assert f"`{container}`" in page


def test_tables_have_as_many_cells_as_their_head():
    lengths: list[int] = []
    for line in field_map_page().splitlines():
        if line.startswith("| "):
            lengths.append(len(re.split(r"(?<!\\)\|", line)))
            assert lengths[-1] == lengths[0]
        else:
            lengths = []


def test_what_the_reader_knows_has_a_place_and_nothing_else_has() -> None:
    assert set(naming.EVENT_TABLES) == set(KNOWN_TYPES)
