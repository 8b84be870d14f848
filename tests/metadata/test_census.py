"""The census of real sessions, and what is said of a session's numbers beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_sessions import write

from ssc_to_nwb.api.sessions import list_sessions
from ssc_to_nwb.metadata import census
from ssc_to_nwb.metadata.census import SubvolumeSize, compare_with_census, read_census
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.testing.dataset import SyntheticSession
from ssc_to_nwb.testing.spec import SubvolumeSpec

LARGE = "an229719_2013_12_05"
SMALL = {
    "subvolumes": (
        SubvolumeSpec(number=4, planes=(2, 3), rois_per_plane=2),
        SubvolumeSpec(number=1, planes=(2,), rois_per_plane=3),
    ),
    "image_shape": (20, 30),
    "n_trials": 3,
}


def sizes(session: str) -> list[SubvolumeSize]:
    return list(read_census()[session])


class TestTable:
    def test_all_sessions_by_names_that_are_those_of_sessions(self) -> None:
        rows = read_census()
        assert (len(rows), sum(len(of_session) for of_session in rows.values())) == (136, 616)
        assert all(str(SessionKey.from_name(name)) == name for name in rows)

    def test_second_sessions_of_a_day_are_other_sessions(self) -> None:
        lettered = [name for name in read_census() if name.endswith("b")]
        assert len(lettered) == 12
        assert all(sizes(name) != sizes(name.removesuffix("b")) for name in lettered if name[:-1] in read_census())

    def test_rows_are_typed_and_in_the_order_of_the_arrays(self) -> None:
        assert read_census()["an171923_2012_06_04"][0] == SubvolumeSize(rois=197, frames=2322)
        assert len(sizes(LARGE)) == 6
        assert sum(size.rois for size in sizes(LARGE)) == 8245


class TestComparison:
    def test_the_same_sizes_in_any_order_agree(self) -> None:
        found = compare_with_census(LARGE, sizes(LARGE)[::-1])
        assert (found.known, found.agrees, found.differs) == (True, True, False)
        assert str(found) == "agrees, 6 subvolumes with 8,245 ROIs"

    def test_what_differs_is_named_on_both_sides(self) -> None:
        own = sizes(LARGE)
        changed = SubvolumeSize(rois=own[2].rois - 1, frames=own[2].frames)
        found = compare_with_census(LARGE, [*own[:2], changed, *own[3:]])
        assert (found.missing, found.extra, found.differs) == ((own[2],), (changed,), True)
        assert f"in the census alone: {own[2]}; in the session alone: {changed}" in str(found)

    def test_two_subvolumes_of_one_size_are_two(self) -> None:
        found = compare_with_census(LARGE, [*sizes(LARGE), sizes(LARGE)[0]])
        assert (found.missing, found.extra) == ((), (sizes(LARGE)[0],))

    def test_a_session_that_the_census_does_not_have(self) -> None:
        found = compare_with_census("an229719_2013_12_05c", sizes(LARGE))
        assert (found.known, found.agrees, found.differs) == (False, False, False)
        assert str(found) == "does not have this session"


class TestSessions:
    @pytest.fixture
    def made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SyntheticSession:
        """A session that a census has."""
        made = write(tmp_path, **SMALL)
        arrays = [SubvolumeSize(rois=len(one.ids), frames=len(one.time_ms)) for one in made.subvolumes]
        name = made.spec.session_name
        monkeypatch.setattr(census, "read_census", lambda: {name: tuple(arrays)})
        return made

    def test_one_that_agrees(self, made: SyntheticSession) -> None:
        (summary,) = list_sessions(source=made.root)
        assert str(summary.census) == "agrees, 2 subvolumes with 7 ROIs"
        assert json.loads(json.dumps(summary.as_dict()))["census"]["agrees"] is True
        context = load_context(made.mat_path)
        assert "census-differs" not in [problem.kind.identifier for problem in context.log.problems]

    def test_one_that_differs_is_a_note_and_no_error(self, made: SyntheticSession) -> None:
        write(made.root, **{**SMALL, "rois_without_trace": 1})
        (summary,) = list_sessions(source=made.root)
        assert summary.error is None
        assert summary.census is not None
        assert [size.rois for size in summary.census.extra] == [2, 3]
        context = load_context(made.mat_path)
        (note,) = [problem for problem in context.log.problems if problem.kind.identifier == "census-differs"]
        assert note.severity.value == "info"
        assert note.found == str(summary.census)

    def test_one_that_no_census_has(self, tmp_path: Path) -> None:
        write(tmp_path, **SMALL)
        (summary,) = list_sessions(source=tmp_path)
        assert str(summary.census) == "does not have this session"
        assert summary.as_dict()["census"]["agrees"] is None
