"""Event series: points, pairs whose order is checked, touches by direction and whisker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sessions import (
    Edit,
    Struct,
    cell,
    events,
    field,
    found_of,
    problem_of,
    problem_raised,
    read,
    read_edited,
    row,
    struct,
    write,
)

from ssc_to_nwb.clock import TimeUnits
from ssc_to_nwb.data_types.events.source import PAIRS, POINTS, EventSeries, read_event_series
from ssc_to_nwb.data_types.trial_labels.source import NO_TRIAL
from ssc_to_nwb.matlab.field import HashEntry
from ssc_to_nwb.matlab.tree import MatValue
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.testing.matlab import EMPTY, Cell
from ssc_to_nwb.testing.matlab import row as matlab_row

UNITS = TimeUnits(names={1: "millisecond"})
_intervals = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(1, 5)), max_size=40)


def series_of(
    key: str, times: MatValue, trials: MatValue, *, kind: int, labels: MatValue = "x", log: ProblemLog | None = None
) -> EventSeries:
    value = struct(
        idStr=labels, type=row(kind), timeUnit=row(1), eventTimes=times, eventTrials=trials,
        eventPropertiesHash=np.zeros((0, 0)),
    )  # fmt: skip
    return read_event_series(
        HashEntry(key=key, description="", value=field(value, "s.e")), units=UNITS, log=log or ProblemLog()
    )


class TestPairs:
    @given(_intervals)
    def test_splitting_gives_back_what_was_interleaved(self, steps: list[tuple[int, int, int]]) -> None:
        on = np.cumsum([gap for gap, _, _ in steps]).astype(np.float64)
        off = on + [length for _, length, _ in steps]
        trial = np.sort([number for _, _, number in steps]).astype(np.float64)
        series = series_of(
            "rewardCue", np.stack([on, off], axis=1).reshape(1, -1), np.repeat(trial, 2).reshape(1, -1), kind=PAIRS
        )
        np.testing.assert_array_equal(series.trains[0].time_ms, np.stack([on, off], axis=1))
        np.testing.assert_array_equal(series.trains[0].trial, np.stack([trial, trial], axis=1))

    @given(_intervals.filter(lambda steps: sum(length for _, length, _ in steps) > 0), st.data())
    def test_an_exchanged_pair_is_always_found(self, steps: list[tuple[int, int, int]], data: st.DataObject) -> None:
        times = []
        for (gap, length, _), before in zip(steps, np.cumsum([0] + [g + n for g, n, _ in steps]), strict=False):
            times += [before + gap, before + gap + length]
        place = data.draw(st.sampled_from([n for n, (_, length, _) in enumerate(steps) if length]))
        times[2 * place : 2 * place + 2] = times[2 * place + 1], times[2 * place]
        with problem_raised() as found:
            series_of("rewardCue", row(*times), row(*np.ones(len(times))), kind=PAIRS)
        assert found[0].kind.identifier == "event-off-before-on"
        assert f"event {place + 1}" in (found[0].found or "")

    @given(st.integers(0, 20))
    def test_an_odd_number_is_always_found(self, pairs: int) -> None:
        times = np.arange(2.0 * pairs + 1)
        with problem_raised() as found:
            series_of("poleInReach", row(*times), row(*np.ones(times.size)), kind=PAIRS)
        assert (found[0].kind.identifier, found[0].found) == ("event-count-odd", str(times.size))
        assert found[0].field == "s.e.eventTimes"

    def test_a_touch_of_one_frame_ends_when_it_begins(self) -> None:
        (train,) = series_of("rewardCue", row(5, 5), row(2, 2), kind=PAIRS).trains
        assert train.time_ms.tolist() == [[5, 5]]

    def test_on_and_off_in_different_trials(self) -> None:
        with problem_raised() as found:
            series_of("rewardCue", row(1, 2, 3, 4), row(7, 7, 7, 8), kind=PAIRS)
        assert (found[0].kind.identifier, found[0].field) == ("event-across-trials", "s.e.eventTrials")
        assert found[0].found == "on in trial 7, off in trial 8, event 2"

    def test_events_out_of_order(self) -> None:
        log = ProblemLog()
        (train,) = series_of("leftLicks", row(3, 2), row(1, 1), kind=POINTS, log=log).trains
        assert train.time_ms.tolist() == [[3], [2]]
        assert found_of(log.problems, "events-not-in-order") == ["2 ms after 3 ms, event 2"]

    def test_pairs_out_of_order(self) -> None:
        log = ProblemLog()
        series_of("rewardCue", row(5, 9, 1, 2), row(1, 1, 1, 1), kind=PAIRS, log=log)
        assert found_of(log.problems, "events-not-in-order") == ["1 ms after 5 ms, event 2"]

    def test_overlapping_pairs_are_no_mistake(self) -> None:
        (train,) = series_of("rewardCue", row(1, 9, 4, 12), row(2, 2, 2, 2), kind=PAIRS).trains
        assert train.time_ms.tolist() == [[1, 9], [4, 12]]

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_a_time_that_is_none(self, bad: float) -> None:
        with problem_raised() as found:
            series_of("leftLicks", row(3, bad), row(1, 1), kind=POINTS)
        assert (found[0].kind.identifier, found[0].found) == ("field-value", f"{bad} at position 2")


class TestForms:
    @pytest.mark.parametrize("times", [np.zeros((0, 0)), np.zeros((1, 0)), cell()])
    def test_a_series_without_events(self, times: MatValue) -> None:
        series = series_of("leftLicks", times, times, kind=POINTS)
        assert [train.time_ms.size for train in series.trains] == [0]

    @pytest.mark.parametrize("times", [np.zeros((0, 0)), cell(), cell(np.zeros((0, 0)), np.zeros((0, 0)))])
    def test_touches_without_events(self, times: MatValue) -> None:
        names = cell("Protraction contacts for c2", "Retraction contacts for c2")
        series = series_of("touches", times, times, kind=PAIRS, labels=names)
        assert [train.touch_label() for train in series.trains] == [("protraction", "c2"), ("retraction", "c2")]
        assert [train.time_ms.size for train in series.trains] == [0, 0]

    def test_one_event_is_a_scalar(self) -> None:
        (train,) = series_of("leftLicks", row(12.5), row(3), kind=POINTS).trains
        assert (train.time_ms.tolist(), train.trial.tolist()) == ([[12.5]], [[3]])

    def test_times_may_be_a_column(self) -> None:
        (train,) = series_of("leftLicks", row(1, 2, 3).T, row(7, 7, 7).T, kind=POINTS).trains
        assert train.time_ms.tolist() == [[1], [2], [3]]

    def test_times_in_a_cell_of_one(self) -> None:
        (train,) = series_of("rewardCue", cell(row(1, 2)), cell(row(7, 7)), kind=PAIRS).trains
        assert train.time_ms.tolist() == [[1, 2]]

    def test_an_event_without_a_trial_number(self) -> None:
        (train,) = series_of("leftLicks", row(1, 2), row(7, np.nan), kind=POINTS).trains
        assert train.trial.tolist() == [[7], [NO_TRIAL]]

    def test_a_type_that_the_name_contradicts(self) -> None:
        with problem_raised() as found:
            series_of("leftLicks", row(1, 2), row(7, 7), kind=PAIRS)
        assert (found[0].kind.identifier, found[0].field) == ("event-type", "s.e.type")
        assert (found[0].expected, found[0].found) == ("1 for leftLicks", "2")

    def test_a_type_that_does_not_exist(self) -> None:
        with problem_raised() as found:
            series_of("sneezes", row(1, 2), row(7, 7), kind=3)
        assert (found[0].kind.identifier, found[0].expected) == ("event-type", "1 or 2")

    @pytest.mark.parametrize(
        "labels",
        [
            cell("Protraction contacts for c2", "Contacts"),
            cell("Protraction contacts for c2", "Protraction contacts for c2"),
        ],
    )
    def test_touches_must_name_direction_and_whisker(self, labels: MatValue) -> None:
        times = cell(row(1, 2), row(3, 4))
        with problem_raised() as found:
            series_of("touches", times, cell(row(2, 2), row(2, 2)), kind=PAIRS, labels=labels)
        assert (found[0].kind.identifier, found[0].field) == ("touch-label-unknown", "s.e.idStr")

    def test_two_lists_where_there_is_one_series(self) -> None:
        times, trials = cell(row(1, 2), row(3, 4)), cell(row(7, 7), row(7, 7))
        with problem_raised() as found:
            series_of("rewardCue", times, trials, kind=PAIRS, labels=cell("a", "b"))
        assert (found[0].kind.identifier, found[0].expected) == ("field-length", "one list of times")

    def test_one_list_for_two_series_is_not_shared_out(self) -> None:
        names = cell("Protraction contacts for c2", "Retraction contacts for c2")
        with problem_raised() as found:
            series_of("touches", row(1, 2), row(7, 7), kind=PAIRS, labels=names)
        assert (found[0].kind.identifier, found[0].found) == ("field-length", "2")


class TestSessions:
    def test_every_series_is_what_was_made(self, tmp_path: Path) -> None:
        made = write(tmp_path, plural_event_fields=True)
        session, _ = read(made)
        for key, truth in made.trials.events.items():
            (train,) = session.events[key].trains
            np.testing.assert_array_equal(train.time_ms.reshape(-1), truth.times_ms)
            np.testing.assert_array_equal(train.trial.reshape(-1), truth.trials)
        assert {key: series.type for key, series in session.events.items()} == {
            "poleInReach": 2, "touches": 2, "leftLicks": 1, "rightLicks": 1, "leftReward": 2, "rightReward": 2,
            "rewardCue": 2,
        }  # fmt: skip

    def test_touches_of_several_whiskers_with_their_properties(self, tmp_path: Path) -> None:
        made = write(tmp_path, whiskers=("c1", "c2"), further_touch_properties=("whTSACorrespondingIndex", "wobble"))
        touches = read(made)[0].events["touches"]
        assert made.whisker is not None
        assert len(touches.trains) == 4
        for train, truth in zip(touches.trains, made.whisker.touches, strict=True):
            assert train.touch_label() == (truth.direction.lower(), truth.whisker)
            np.testing.assert_array_equal(train.time_ms, np.stack([truth.onset_ms, truth.offset_ms], axis=1))
            properties = {item.key: item.values for item in train.properties}
            np.testing.assert_array_equal(
                properties["kappaMaxAbsOverTouch"], np.stack([truth.kappa_extreme] * 2, axis=1)
            )
            samples = np.stack([truth.onset_sample, truth.offset_sample], axis=1)
            np.testing.assert_array_equal(properties["whTSACorrespondingIndex"], samples + 1)

    def test_a_series_nobody_knows_is_read_and_reported(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            hash_ = s["eventSeriesArrayHash"]
            for name, value in (("keyNames", "airPuff"), ("descr", "a puff"), ("value", events(s, "leftLicks"))):
                hash_[name] = Cell([*hash_[name], value])

        session, log = read_edited(tmp_path, edit)
        np.testing.assert_array_equal(
            session.events["airPuff"].trains[0].time_ms, session.events["leftLicks"].trains[0].time_ms
        )
        assert found_of(log.problems, "unknown-key-kept") == ["event series airPuff"]

    def test_properties_of_empty_touches_may_be_empty(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            events(s, "touches").update(
                eventTimes=Cell([EMPTY, EMPTY]),
                eventTrials=Cell([EMPTY, EMPTY]),
                eventPropertiesHash=Cell([EMPTY, EMPTY]),
            )

        assert [t.properties for t in read_edited(tmp_path, edit)[0].events["touches"].trains] == [(), ()]

    def test_trials_of_empty_touches_may_be_one_empty_array(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            events(s, "touches").update(
                eventTimes=Cell([EMPTY, EMPTY]), eventTrials=EMPTY, eventPropertiesHash=EMPTY
            )  # fmt: skip

        found = read_edited(tmp_path, edit)[0].events["touches"].trains
        assert [(train.label, train.trial.size) for train in found] == [
            ("Protraction contacts for c2", 0), ("Retraction contacts for c2", 0),
        ]  # fmt: skip

    def test_touches_that_hold_nothing_need_no_whisker(self, tmp_path: Path) -> None:
        nothing = {"eventTimes": Cell(), "eventTrials": Cell(), "eventPropertiesHash": Cell(), "idStrs": Cell()}
        session, _ = read_edited(tmp_path, lambda s: events(s, "touches").update(nothing))
        (train,) = session.events["touches"].trains
        assert (train.label, train.time_ms.size) == ("", 0)

    def test_a_cell_of_one_list_needs_no_name(self, tmp_path: Path) -> None:
        def edit(s: Struct) -> None:
            licks = events(s, "leftLicks")
            licks.update({name: Cell([licks[name]]) for name in ("eventTimes", "eventTrials")}, idStr=EMPTY)

        (train,) = read_edited(tmp_path, edit)[0].events["leftLicks"].trains
        (before,) = read(write(tmp_path / "before"))[0].events["leftLicks"].trains
        np.testing.assert_array_equal(train.time_ms, before.time_ms)


def touches(s: Struct) -> Struct:
    return events(s, "touches")


def short_property(s: Struct) -> None:
    touches(s)["eventPropertiesHash"][0]["value"][0] = matlab_row([1])


def lost_trials(s: Struct) -> None:
    touches(s)["eventTrials"] = Cell([matlab_row([2, 2])])


def one_hash(s: Struct) -> None:
    touches(s)["eventPropertiesHash"] = Cell([touches(s)["eventPropertiesHash"][0]])


def odd(s: Struct) -> None:
    touches(s)["eventTimes"][1] = touches(s)["eventTimes"][1][:, :-1]
    touches(s)["eventTrials"][1] = touches(s)["eventTrials"][1][:, :-1]


@pytest.mark.parametrize(
    ("edit", "kind", "at"),
    [
        (short_property, "field-length", "value{2}.eventPropertiesHash{1}.value{1}"),
        (lost_trials, "field-length", "value{2}"),
        (one_hash, "field-length", "value{2}"),
        (odd, "event-count-odd", "value{2}.eventTimes{2}"),
        (lambda s: touches(s).pop("idStrs"), "field-missing", "value{2}"),
        (lambda s: touches(s).pop("eventTrials"), "field-missing", "value{2}"),
        (lambda s: touches(s).update(timeUnit="ms"), "field-type", "value{2}.timeUnit"),
        (lambda s: events(s, "rewardCue").update(eventTimes="x"), "field-type", "value{7}.eventTimes"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, edit: Edit, kind: str, at: str) -> None:
    problem = problem_of(tmp_path, edit)
    assert (problem.kind.identifier, problem.field) == (kind, f"s.eventSeriesArrayHash.{at}")
    assert problem.expected
    assert problem.found
