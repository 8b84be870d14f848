"""NWBFile and Subject: from the session file where it has them, from the metadata where it does not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from made_sessions import Converted, found_of, problem_raised, set_entry, write

from ssc_to_nwb.data_types.session.interface import experimenters, identifier, subject_fields
from ssc_to_nwb.data_types.session.start import session_start_time
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.testing.matlab import EMPTY, Cell, row


def context(
    folder: Path, *, metadata: str | None = None, reported: dict[str, Any] | None = None, **fields: Any
) -> SessionContext:
    """A session of nothing but trials and events, whose metaDataHash holds `reported` in place of what it held."""

    def edit(s: dict[str, Any]) -> None:
        for key, value in (reported or {}).items():
            set_entry(s["metaDataHash"], key, value)

    made = write(folder, edit=edit, **{"subvolumes": (), "whisker_data": False, **fields})
    files = []
    if metadata is not None:
        files = [folder / "mine.yaml"]
        files[0].write_text(metadata)
    return load_context(made.mat_path, metadata_files=files)


def refused(folder: Path, function: Any, **reported: Any) -> Problem:
    loaded = context(folder, reported=reported)
    with problem_raised() as found:
        function(loaded)
    assert found[0].file == str(loaded.session.path)
    return found[0]


class TestInTheFile:
    def test_general_fields(self, nwb_default: Any) -> None:
        assert nwb_default.session_id == "20130308"
        assert nwb_default.institution == "Janelia Research Campus"
        assert nwb_default.lab == "Svoboda"
        assert list(nwb_default.experimenter) == ["Peron, Simon"]
        assert "barrel cortex" in list(nwb_default.keywords)
        assert list(nwb_default.related_publications) == [
            "doi:10.1016/j.neuron.2015.03.027",
            "doi:10.1016/j.neuron.2013.10.020",
        ]
        assert nwb_default.was_generated_by[0][0] == "ssc_to_nwb"

    def test_the_subject(self, nwb_default: Any) -> None:
        subject = nwb_default.subject
        assert (subject.subject_id, subject.species, subject.sex) == ("an900001", "Mus musculus", "M")
        assert subject.strain == "006528 (JAX); 023139 (JAX)"
        assert subject.genotype == "synthetic-modification-1; synthetic-modification-2"
        assert (subject.age, subject.age__reference, subject.date_of_birth) == ("P6W/P8W", "birth", None)

    def test_the_start_is_the_rigs_wall_clock(self, nwb_default: Any) -> None:
        start = nwb_default.session_start_time
        assert start == datetime(2013, 3, 8, 15, 45, 46, tzinfo=timezone(timedelta(hours=-5)))
        assert nwb_default.timestamps_reference_time == start

    def test_citation_conditions_and_assumptions_travel_along(self, nwb_default: Any) -> None:
        notes = nwb_default.notes
        for text in (
            "Simon Peron, Jeremy Freeman, Vijay Iyer, Karel Svoboda (2014)",
            "registered users",
            "time zone America/New_York",
            "0 s after the session's start time",
            "count pixels from 1",
            "10000 steps per mm",
            "green, red",
            "SYNTHETIC two-photon imaging",
        ):
            assert text in notes

    def test_a_key_nobody_knows_can_be_read_with_plain_pynwb(
        self, nwb_awkward: Any, converted_awkward: Converted
    ) -> None:
        table = nwb_awkward.processing["source"]["source_struct"].to_dataframe()
        values = dict(zip(table["path"], table["value"], strict=True))
        assert values["s.metaDataHash.value{14}"] == '"2W.335"'
        assert values["s.metaDataHash.value{15}"] == "[[21.5]]"
        assert values["s.metaDataHash.keyNames{14}"] == '"roomName"'
        assert "metaDataHash key roomName" in found_of(converted_awkward.outcome.problems, "unknown-key-kept")


class TestIdentifier:
    def test_the_same_every_time(self, tmp_path: Path) -> None:
        assert identifier(context(tmp_path / "a", seed=1)) == identifier(context(tmp_path / "b", seed=2))

    def test_another_for_another_session_or_data_set(self, tmp_path: Path) -> None:
        reported = {
            identifier(context(tmp_path / "a")),
            identifier(context(tmp_path / "b", animal="an900002")),
            identifier(context(tmp_path / "c", date=datetime(2013, 3, 10))),
            identifier(context(tmp_path / "d", data_set="ssc-2")),
        }
        assert len(reported) == 4


class TestStart:
    @pytest.mark.parametrize(
        ("reported", "clock"),
        [
            ("154546", (15, 45, 46, 0)),
            ("15:45:46", (15, 45, 46, 0)),
            (" 154546 ", (15, 45, 46, 0)),
            ("154546.25", (15, 45, 46, 250_000)),
            (row([154546]), (15, 45, 46, 0)),
            (row([94546]), (9, 45, 46, 0)),
            ("94546", (9, 45, 46, 0)),
            ("000000", (0, 0, 0, 0)),
        ],
    )
    def test_times_in_every_spelling(self, tmp_path: Path, reported: object, clock: tuple[int, int, int, int]) -> None:
        start = session_start_time(context(tmp_path, reported={"timeOfExperiment": reported}))
        assert (start.hour, start.minute, start.second, start.microsecond) == clock
        assert (start.year, start.month, start.day) == (2013, 3, 8)

    def test_summer_time_and_another_zone(self, tmp_path: Path) -> None:
        summer = session_start_time(context(tmp_path / "a", date=datetime(2013, 7, 1)))
        assert summer.utcoffset() == timedelta(hours=-4)
        elsewhere = context(tmp_path / "b", metadata="assumptions: {timezone: Europe/Berlin}\n")
        assert session_start_time(elsewhere).tzinfo == ZoneInfo("Europe/Berlin")

    def test_the_date_of_the_file_name_serves_where_the_file_has_none(self, tmp_path: Path) -> None:
        start = session_start_time(context(tmp_path, metadata_left_out=("dateOfExperiment",)))
        assert (start.year, start.month, start.day) == (2013, 3, 8)

    @pytest.mark.parametrize("reported", ["afternoon", "1545", "256199", "15-45-46", row([1545467])])
    def test_times_that_cannot_be_determined(self, tmp_path: Path, reported: object) -> None:
        problem = refused(tmp_path, session_start_time, timeOfExperiment=reported)
        assert problem.kind.identifier == "metadata-text-unreadable"
        assert problem.expected == "yyyymmdd and HHMMSS"

    @pytest.mark.parametrize("reported", ["", EMPTY])
    def test_no_time_is_an_error_never_midnight(self, tmp_path: Path, reported: object) -> None:
        problem = refused(tmp_path, session_start_time, timeOfExperiment=reported)
        assert problem.kind.identifier == "metadata-value-missing"
        assert problem.field == "sessions.an900001_2013_03_08.session.time_of_experiment"
        assert "timeOfExperiment" in (problem.expected or "")

    def test_the_key_that_the_error_names_gives_the_time(self, tmp_path: Path) -> None:
        given = "sessions: {an900001_2013_03_08: {session: {time_of_experiment: 09:45:46}}}\n"
        start = session_start_time(context(tmp_path, metadata=given, metadata_left_out=("timeOfExperiment",)))
        assert start.isoformat() == "2013-03-08T09:45:46-05:00"

    def test_metadata_replace_a_time_that_cannot_be_read(self, tmp_path: Path) -> None:
        given = "{time_of_experiment: '101112'}"
        loaded = context(
            tmp_path,
            metadata=f"sessions: {{an900001_2013_03_08: {{session: {given}}}}}\n",
            reported={"timeOfExperiment": "noon"},
        )
        assert session_start_time(loaded).isoformat() == "2013-03-08T10:11:12-05:00"


class TestExperimenters:
    @pytest.mark.parametrize(
        ("reported", "names"),
        [
            ("Simon Peron", ["Peron, Simon"]),
            ("Peron, Simon", ["Peron, Simon"]),
            ("Peron, S", ["Peron, S"]),
            ("S. Peron", ["Peron, S."]),
            ("Peron", ["Peron"]),
            ("Simon Peron, Jeremy Freeman", ["Peron, Simon", "Freeman, Jeremy"]),
            ("Simon Peron and Jeremy Freeman & Vijay Iyer", ["Peron, Simon", "Freeman, Jeremy", "Iyer, Vijay"]),
            ("Peron, Simon; Freeman, Jeremy", ["Peron, Simon", "Freeman, Jeremy"]),
            ("Peron, S, Freeman, J. P.", ["Peron, S", "Freeman, J. P."]),
            ("van der Berg, S. P.", ["van der Berg, S. P."]),
            (Cell(["Simon Peron", "Freeman, Jeremy"]), ["Peron, Simon", "Freeman, Jeremy"]),
            (Cell(["Simon Peron", "Jeremy Freeman"], shape=(2, 1)), ["Peron, Simon", "Freeman, Jeremy"]),
        ],
    )
    def test_names_in_every_form(self, tmp_path: Path, reported: object, names: list[str]) -> None:
        assert experimenters(context(tmp_path, reported={"experimenters": reported})) == names

    def test_metadata_replace_what_the_file_says(self, tmp_path: Path) -> None:
        loaded = context(tmp_path, metadata='session: {experimenters: ["Doe, Jane"]}\n')
        assert experimenters(loaded) == ["Doe, Jane"]

    def test_commas_that_could_mean_either(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, experimenters, experimenters="Peron, Freeman, Iyer")
        assert problem.kind.identifier == "metadata-text-unreadable"
        assert "session.experimenters" in (problem.detail or "")

    @pytest.mark.parametrize("reported", ["", EMPTY, Cell()])
    def test_nobody_is_an_error(self, tmp_path: Path, reported: object) -> None:
        problem = refused(tmp_path, experimenters, experimenters=reported)
        assert (problem.kind.identifier, problem.field) == ("metadata-value-missing", "session.experimenters")

    def test_numbers_are_no_names(self, tmp_path: Path) -> None:
        assert refused(tmp_path, experimenters, experimenters=row([1, 2])).kind.identifier == "field-type"


class TestSubject:
    @pytest.mark.parametrize("reported", ["Mus musculus", "mus musculus", "MOUSE", "mouse", " Mouse ", "M. musculus"])
    def test_species_in_other_spellings(self, tmp_path: Path, reported: str) -> None:
        assert subject_fields(context(tmp_path, reported={"species": reported}))["species"] == "Mus musculus"

    @pytest.mark.parametrize(("reported", "sex"), [("m", "M"), ("Male", "M"), ("FEMALE", "F"), ("f", "F")])
    def test_sex_in_other_spellings(self, tmp_path: Path, reported: str, sex: str) -> None:
        assert subject_fields(context(tmp_path, reported={"sex": reported}))["sex"] == sex

    @pytest.mark.parametrize("key", ["species", "sex"])
    def test_what_has_no_known_meaning_is_asked_for(self, tmp_path: Path, key: str) -> None:
        problem = refused(tmp_path, subject_fields, **{key: "yeti"})
        assert (problem.kind.identifier, problem.found) == ("metadata-text-unreadable", "yeti")
        assert f"subject.{key}" in (problem.detail or ""), "the metadata key that would give it"

    def test_metadata_teach_a_spelling_or_replace_it(self, tmp_path: Path) -> None:
        taught = context(
            tmp_path / "a",
            reported={"species": "souris"},
            metadata="subject: {species_names: {Souris: Mus musculus}}\n",
        )
        assert subject_fields(taught)["species"] == "Mus musculus"
        replaced = context(
            tmp_path / "b", reported={"species": "souris"}, metadata="subject: {species: Rattus norvegicus}\n"
        )
        assert subject_fields(replaced)["species"] == "Rattus norvegicus"

    @pytest.mark.parametrize("key", ["species", "sex"])
    def test_what_is_missing_is_an_error_never_a_placeholder(self, tmp_path: Path, key: str) -> None:
        loaded = context(tmp_path, metadata_left_out=(key,))
        with problem_raised() as found:
            subject_fields(loaded)
        assert (found[0].kind.identifier, found[0].field) == ("metadata-value-missing", f"subject.{key}")

    def test_no_age_anywhere(self, tmp_path: Path) -> None:
        loaded = context(tmp_path, metadata="subject: {age: null}\n")
        with problem_raised() as found:
            subject_fields(loaded)
        assert (found[0].kind.identifier, found[0].field) == ("metadata-value-missing", "subject.age")

    @pytest.mark.parametrize("reported", ["20130101", row([20130101])])
    def test_a_date_of_birth_gives_the_age(self, tmp_path: Path, reported: object) -> None:
        further = (("dateOfBirth", "x"),)
        fields = subject_fields(context(tmp_path, reported={"dateOfBirth": reported}, further_metadata=further))
        assert (fields["age"], fields["date_of_birth"].date().isoformat()) == ("P66D", "2013-01-01")

    @pytest.mark.parametrize("reported", ["20130401", "spring"])
    def test_a_date_of_birth_that_cannot_be(self, tmp_path: Path, reported: str) -> None:
        loaded = context(tmp_path, further_metadata=(("dateOfBirth", reported),))
        with problem_raised() as found:
            subject_fields(loaded)
        assert (found[0].kind.identifier, found[0].field) == ("metadata-text-unreadable", "metaDataHash dateOfBirth")
        assert found[0].detail == "metadata key date_of_birth of subjects.an900001.subject"

    def test_metadata_give_the_date_of_birth(self, tmp_path: Path) -> None:
        given = "subjects: {an900001: {subject: {date_of_birth: 2013-01-01}}}\n"
        for reported in ((), (("dateOfBirth", "spring"),)):
            fields = subject_fields(context(tmp_path, metadata=given, further_metadata=reported))
            assert (fields["age"], fields["date_of_birth"].date().isoformat()) == ("P66D", "2013-01-01")

    def test_strains_as_numbers_and_without_a_source(self, tmp_path: Path) -> None:
        loaded = context(tmp_path, reported={"animalStrain1": row([6528]), "animalSource1": "", "animalStrain2": ""})
        assert subject_fields(loaded)["strain"] == "6528"
