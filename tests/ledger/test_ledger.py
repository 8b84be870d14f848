"""The ledger: every leaf of the source once, with what became of it, and nothing that no rule knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_sessions import (
    AWKWARD,
    Converted,
    Struct,
    array,
    events,
    facts_of,
    problem_raised,
    read,
    read_edited,
    records,
    row,
    set_entry,
    source_table,
    write,
)
from session_variants import VARIANTS

from ssc_to_nwb.data_types.rule import Disposition, all_rules
from ssc_to_nwb.ledger.ledger import Ledger, build_ledger
from ssc_to_nwb.matlab.leaves import leaf_bytes, walk_leaves
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.matlab import EMPTY, Cell
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

KINDS = ("well-behaved", "ssc-2", "format 7.3", "no whisker data", "no imaging", "plane without files", "empty events")
QUICK = ("awkward", "ssc-2", "no imaging")
SPECS = {"awkward": AWKWARD, **{name: SessionSpec(**VARIANTS[name]) for name in KINDS}}


def ledger_of(session: Session, *, allow_unmapped: bool = False) -> Ledger:
    return build_ledger(facts_of(session), allow_unmapped=allow_unmapped, log=ProblemLog())


@pytest.fixture(scope="module", params=SPECS.values(), ids=SPECS)
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    made = write_session(root=tmp_path_factory.mktemp("ledger"), spec=request.param, raw=False, videos=False)
    return read(made)[0]


def test_every_leaf_is_there_once_in_the_order_of_the_struct(session: Session):
    leaves = dict(walk_leaves(session.tree, session.variable))
    ledger = ledger_of(session)
    assert [entry.source for entry in ledger.leaves] == list(leaves)
    assert [entry.bytes for entry in ledger.leaves] == [leaf_bytes(value) for value in leaves.values()]


def test_every_leaf_has_a_rule_and_a_place(session: Session):
    rules = {rule.identifier: rule for rule in all_rules()}
    for entry in ledger_of(session).leaves:
        assert entry.nwb, entry
        assert rules[entry.rule].disposition is entry.disposition


def test_no_leaf_is_left_out(session: Session):
    summary = ledger_of(session).summary()
    assert summary["left out"]["leaves"] == 0
    assert sum(part["leaves"] for part in summary.values()) == sum(1 for _ in walk_leaves(session.tree, "s"))


@pytest.mark.parametrize(
    "spec",
    [pytest.param(spec, id=name, marks=() if name in QUICK else pytest.mark.long) for name, spec in SPECS.items()],
)
def test_places_are_in_the_file(convert_once: Callable[..., Converted], spec: SessionSpec):
    import h5py

    converted = convert_once(spec)
    with h5py.File(converted.path) as file:
        places = {place for entry in ledger_of(read(converted.made)[0]).leaves for place in entry.nwb}
        assert {place for place in places if place not in file} == set()


@pytest.mark.parametrize(
    "blank",
    [
        pytest.param({"animalStrain1": "  ", "animalStrain2": ""}, marks=pytest.mark.long),
        {"animalStrain1": "", "animalStrain2": "", "animalGeneModification1": " ", "animalGeneModification2": EMPTY},
    ],
)
def test_blank_metadata_name_no_object(convert_edited: Callable[..., Converted], blank: dict[str, Any]):
    import h5py

    def edit(s: Struct) -> None:
        for key, value in blank.items():
            set_entry(s["metaDataHash"], key, value)

    converted = convert_edited(edit, subvolumes=(), whisker_data=False)
    assert converted.outcome.verified == "full", converted.outcome.error
    entries = [one for one in ledger_of(read(converted.made)[0]).leaves if ".metaDataHash.value{" in one.source]
    with h5py.File(converted.path) as file:
        assert "strain" not in file["general/subject"]
        assert [(one.source, place) for one in entries for place in one.nwb if place not in file] == []
    assert all(entry.kept for entry in entries)


def test_trial_labels_have_a_series_per_clock(tmp_path: Path):
    session, _ = read(write(tmp_path))
    entries = {entry.source: entry for entry in ledger_of(session).leaves}
    whisker, *calcium = (entries[f"s.timeSeriesArrayHash.value{{{number}}}.trial"] for number in range(1, 8))
    assert whisker.nwb == ("/processing/behavior/trial_number/data",)
    numbers = [volume.number for volume in session.subvolumes for _ in volume.arrays]
    paths = [entry.nwb for entry in sorted(calcium, key=lambda entry: entry.nwb)]
    assert paths == [(f"/processing/ophys/trial_number_subvolume_{number:02d}/data",) for number in sorted(numbers)]


@pytest.mark.parametrize("label", [-1, 2**40, np.nan])
def test_no_label_is_kept_besides(tmp_path: Path, label: float):
    """The series itself gives back whatever number the source has; no number means another."""

    def edit(s: Struct) -> None:
        array(s, "whiskerVars")["trial"][0, :2] = label

    leaves = ledger_of(read_edited(tmp_path, edit)[0]).leaves
    entry = next(one for one in leaves if one.source == "s.timeSeriesArrayHash.value{1}.trial")
    assert entry.nwb == ("/processing/behavior/trial_number/data",)
    assert not entry.kept


# -- fields that nobody knows


def extra_top(s: Struct) -> None:
    s["mood"] = row(1, 2)


def extra_empty(s: Struct) -> None:
    s["mood"] = EMPTY


def extra_in_array(s: Struct) -> None:
    array(s, "whiskerVars")["smoothing"] = row(5)


def extra_in_imaging_array(s: Struct) -> None:
    array(s, "dffTSA_subvolume_01")["baseline"] = np.ones((3, 4))


def extra_in_plane(s: Struct) -> None:
    array(s, "rawFluoTSA_subvolume_01")["imagingPlane"][0]["depth"] = row(150)


def extra_in_roi(s: Struct) -> None:
    for place, roi in enumerate(records(s, "dffTSA_subvolume_01")[0]["rois"]):
        roi["color"] = row(place, 0, 0)


def extra_in_record(s: Struct) -> None:
    for plane in records(s, "dffTSA_subvolume_01"):
        plane["workingImage"] = row(1)


def extra_in_events(s: Struct) -> None:
    events(s, "poleInReach")["jitter"] = Cell(["a", "b"])


def extra_in_hash(s: Struct) -> None:
    s["trialPropertiesHash"]["units"] = Cell(["s", "s", "steps"])


EXTRAS = {
    extra_top: "s.mood",
    extra_empty: "s.mood",
    extra_in_array: "s.timeSeriesArrayHash.value{1}.smoothing",
    extra_in_imaging_array: "s.timeSeriesArrayHash.value{2}.baseline",
    extra_in_plane: ".imagingPlane{1}.depth",
    extra_in_roi: "s.timeSeriesArrayHash.descrHash{2}.value{1}(1).rois(1).color",
    extra_in_record: "s.timeSeriesArrayHash.descrHash{2}.value{1}(1).workingImage",
    extra_in_events: "s.eventSeriesArrayHash.value{1}.jitter{1}",
    extra_in_hash: "s.trialPropertiesHash.units{1}",
}


@pytest.mark.parametrize("edit", EXTRAS, ids=[edit.__name__ for edit in EXTRAS])
def test_field_that_nobody_knows_is_refused_by_name(tmp_path: Path, edit: Callable[[Struct], None]):
    session, _ = read_edited(tmp_path, edit, arrays=("dff", "raw"))
    with problem_raised() as problems:
        ledger_of(session)
    assert problems[0].kind.identifier == "unmapped-leaf"
    assert EXTRAS[edit] in str(problems[0].field)
    assert problems[0].file == str(session.path)


def test_field_that_nobody_knows_is_kept_where_that_is_allowed(tmp_path: Path):
    session, _ = read_edited(tmp_path, extra_in_roi)
    log = ProblemLog()
    ledger = build_ledger(facts_of(session), allow_unmapped=True, log=log)
    kept = [entry for entry in ledger.leaves if entry.source.endswith(".color")]
    assert len(kept) == sum(len(records_of.rois) for records_of in session.subvolumes[0].planes)
    assert {entry.disposition for entry in kept} == {Disposition.KEPT}
    assert {entry.source for entry in kept} <= {entry.source for entry in ledger.leaves if entry.kept}
    assert [problem.kind.identifier for problem in log.problems] == ["unmapped-leaf-kept"] * len(kept)


def test_field_that_nobody_knows_ends_the_conversion_and_survives_it_where_allowed(
    convert_edited: Callable[..., Converted],
):
    refused = convert_edited(extra_in_imaging_array)
    assert refused.outcome.status == "failed"
    assert refused.outcome.error is not None
    assert refused.outcome.error.kind.identifier == "unmapped-leaf"
    kept = convert_edited(extra_in_imaging_array, options={"allow_unmapped": True})
    assert kept.outcome.verified == "full", kept.outcome.error
    table = source_table(kept.path).set_index("path")
    assert table.loc["s.timeSeriesArrayHash.value{2}.baseline", "value"] == str([[1.0] * 4] * 3)


def test_unknown_event_series_property_and_metadata_key_have_a_place(tmp_path: Path):
    session, _ = read_edited(
        tmp_path,
        lambda _: None,
        further_metadata=(("roomName", "2W"),),
        further_trial_properties=("mood",),
        further_touch_properties=("wobble",),
    )
    by_path = {entry.source: entry for entry in ledger_of(session).leaves}
    assert by_path["s.metaDataHash.value{14}"].disposition is Disposition.KEPT
    assert by_path["s.trialPropertiesHash.value{4}"].nwb == ("/intervals/trials/mood",)
    wobble = by_path["s.eventSeriesArrayHash.value{2}.eventPropertiesHash{1}.value{3}"]
    assert wobble.nwb == ("/intervals/touches/wobble",)


# -- where the places alone would hide something


def test_lists_whose_order_the_tables_do_not_keep_are_kept_besides(tmp_path: Path):
    session, _ = read_edited(tmp_path, lambda _: None, shuffled_rows=True, subvolumes=(SubvolumeSpec(planes=(2, 3)),))
    by_path = {entry.source: entry for entry in ledger_of(session).leaves}
    ids = by_path["s.timeSeriesArrayHash.value{2}.ids"]
    assert ids.disposition is Disposition.WRITTEN
    assert ids.kept
    assert ids.nwb[-1] == "/processing/source/source_struct"
    assert not by_path["s.timeSeriesArrayHash.value{2}.valueMatrix"].kept


def test_valid_trials_that_a_column_can_not_show_are_kept_besides(tmp_path: Path):
    def edit(s: Struct) -> None:
        hash_ = s["timeSeriesArrayHash"]["descrHash"][0]
        hash_["value"][0] = hash_["value"][0][:, ::-1].copy()

    path = "s.timeSeriesArrayHash.descrHash{1}.value{1}"
    turned = {entry.source: entry for entry in ledger_of(read_edited(tmp_path / "a", edit)[0]).leaves}
    plain = {entry.source: entry for entry in ledger_of(read_edited(tmp_path / "b", lambda _: None)[0]).leaves}
    assert turned[path].kept
    assert not plain[path].kept


def test_row_labels_are_derived_where_none_of_them_says_more(tmp_path: Path):
    def edit(s: Struct) -> None:
        labels = array(s, "dffTSA_subvolume_01")["idStrs"]
        labels[1] = "Ca TS for cell with a halo"

    entries = ledger_of(read_edited(tmp_path, edit)[0]).leaves
    labels = [entry for entry in entries if entry.source.startswith("s.timeSeriesArrayHash.value{2}.idStrs")]
    assert {entry.disposition for entry in labels} == {Disposition.KEPT}
    others = [entry for entry in entries if entry.source.startswith("s.timeSeriesArrayHash.value{3}.idStrs")]
    assert {entry.disposition for entry in others} == {Disposition.DERIVED}
    assert {entry.made_from for entry in others} == {'{"text": "Ca TS for ", "number": "ids"}'}


def test_more_rois_add_their_own_leaves_under_the_same_rules(tmp_path: Path):
    """Three leaves for each record of a ROI in each of the three arrays, whatever their number."""
    counts = {}
    for rois in (2, 30):
        made = write(tmp_path / str(rois), subvolumes=(SubvolumeSpec(planes=(2,), rois_per_plane=rois),))
        counts[rois] = Counter(entry.rule for entry in ledger_of(read(made)[0]).leaves)
    assert set(counts[2]) == set(counts[30])
    grown = {rule: count - counts[2][rule] for rule, count in counts[30].items() if count != counts[2][rule]}
    assert grown == dict.fromkeys(("roi-number", "roi-outline", "roi-pixels", "calcium-row-label"), 3 * 28)
