"""Metadata of a session: the data set's own, a user's on top, checked with line and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.metadata.loader import load_metadata
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.metadata.text_file import metadata_folder
from ssc_to_nwb.problems.model import Problem

SESSION, SUBJECT = "an197522_2013_03_08", "an197522"


def load(*files: Path, dataset: str = "ssc-1", session: str = SESSION, subject: str = SUBJECT) -> Metadata:
    return load_metadata(dataset=dataset, session=session, subject=subject, files=files)


def user_file(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> Problem:
    with problem_raised() as found:
        load(user_file(folder, text))
    return found[0]


class TestDataSets:
    def test_the_files_are_packaged(self) -> None:
        assert {"ssc-1.yaml", "ssc-2.yaml"} <= {path.name for path in metadata_folder().iterdir()}

    def test_what_ssc_1_says(self) -> None:
        metadata = load()
        assert metadata.dataset.name == "ssc-1"
        assert metadata.dataset.doi is None, "the page at hand does not show it, and it is never guessed"
        assert "doi:10.1016/j.neuron.2015.03.027" in metadata.dataset.related_publications
        assert "doi:10.1016/j.neuron.2013.10.020" in metadata.dataset.related_publications
        assert metadata.subject.age == "P6W/P8W"
        assert metadata.imaging.location == "SSp-bfd"
        assert metadata.assumptions.timezone == "America/New_York"

    def test_green_is_the_reflected_indicator_and_red_the_transmitted_label(self) -> None:
        """An older converter had the two exchanged."""
        channels = load().imaging.channels
        assert channels["green"].indicator == "GCaMP6s"
        assert "BG22" in channels["green"].description
        assert channels["green"].emission_lambda_nm < channels["red"].emission_lambda_nm
        assert "675/70" in channels["red"].description

    def test_ssc_2_extends_ssc_1(self) -> None:
        first, second = load(), load(dataset="ssc-2")
        assert second.dataset.name == "ssc-2"
        assert second.imaging == first.imaging
        assert second.dataset.conditions_of_use == first.dataset.conditions_of_use


class TestLayers:
    def test_later_files_win_key_by_key(self, tmp_path: Path) -> None:
        one = user_file(tmp_path, "session: {lab: First, institution: First}\n", "one.yaml")
        two = user_file(tmp_path, "session: {lab: Second}\n", "two.yaml")
        assert load(one, two).session.lab == "Second"
        assert load(two, one).session.lab == "First"
        assert load(one, two).session.institution == "First"
        assert load(one).session.keywords == load().session.keywords

    def test_lists_are_replaced_not_appended(self, tmp_path: Path) -> None:
        assert load(user_file(tmp_path, "session: {keywords: [one]}\n")).session.keywords == ("one",)

    def test_a_subject_and_a_session_of_their_own(self, tmp_path: Path) -> None:
        mine = user_file(
            tmp_path,
            "subject: {age: P10W}\n"
            "subjects:\n  an197522: {subject: {age: P7W, weight: 20 g}}\n  an2: {subject: {age: P9W}}\n"
            "sessions:\n  an197522_2013_03_08: {subject: {weight: 21 g}, assumptions: {clock_zero_offset_s: 2.5}}\n",
        )
        here = load(mine)
        assert (here.subject.age, here.subject.weight) == ("P7W", "21 g")
        assert here.assumptions.clock_zero_offset_s == 2.5
        other_day = load(mine, session="an197522_2013_03_10")
        assert (other_day.subject.weight, other_day.assumptions.clock_zero_offset_s) == ("20 g", 0.0)
        assert load(mine, session="an9_2013_03_10", subject="an9").subject.age == "P10W"


class TestWrongFiles:
    def test_a_key_with_a_typo_names_file_line_key_and_the_likely_one(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, "session:\n  lab: A\n  institutoin: B\n")
        assert (problem.kind.identifier, problem.field) == ("metadata-key-unknown", "session.institutoin")
        assert problem.file == f"{tmp_path / 'mine.yaml'}, line 3"
        assert problem.expected == "institution (did you mean that?)"
        assert problem.found == "institutoin"

    @pytest.mark.parametrize(
        ("text", "field", "expected"),
        [
            ("sesion: {lab: A}\n", "sesion", "session (did you mean that?)"),
            ("imaging: {channels: {green: {indicater: x}}}\n", "imaging.channels.green.indicater", "indicator (did"),
            ("imaging: {microscope: {model: {x: y}}}\n", "imaging.microscope.model.x", "one of name, manufacturer, "),
            ("qqq: 1\n", "qqq", "one of dataset, session"),
        ],
    )
    def test_unknown_keys_at_any_depth(self, tmp_path: Path, text: str, field: str, expected: str) -> None:
        problem = refused(tmp_path, text)
        assert (problem.kind.identifier, problem.field) == ("metadata-key-unknown", field)
        assert expected in (problem.expected or "")

    @pytest.mark.parametrize(
        ("text", "field", "line"),
        [
            ("subject:\n  age: seven weeks\n", "subject.age", 2),
            ("subject:\n  age: P\n", "subject.age", 2),
            ("subject:\n  age: P8W/P6W\n", "subject.age", 2),
            ("subject:\n  sex: male\n", "subject.sex", 2),
            ("subject:\n  weight: twenty\n", "subject.weight", 2),
            ("subject:\n  weight: 21\n", "subject.weight", 2),
            ("subject:\n  weight: 21g\n", "subject.weight", 2),
            ("subject:\n  weight: 0 g\n", "subject.weight", 2),
            ("subject:\n  weight: -1 g\n", "subject.weight", 2),
            ("subject:\n  weight: 21 pounds\n", "subject.weight", 2),
            ("subject:\n  species: mouse\n", "subject.species", 2),
            ("subject:\n  species_names: {mouse: mouse}\n", "subject.species_names.mouse", 2),
            ("session:\n  experimenters: [Simon Peron]\n", "session.experimenters.0", 2),
            ("session:\n  keywords: ['']\n", "session.keywords.0", 2),
            ("dataset:\n  doi: unknown\n", "dataset.doi", 2),
            ("dataset:\n  related_publications: [Peron 2015]\n", "dataset.related_publications.0", 2),
            ("assumptions:\n  clock_zero_offset_s: nan\n", "assumptions.clock_zero_offset_s", 2),
            ("imaging:\n  plane_spacing_um: inf\n", "imaging.plane_spacing_um", 2),
            ("assumptions:\n\n  timezone: Eastern\n", "assumptions.timezone", 3),
            ("assumptions:\n  clock_zero_offset_s: soon\n", "assumptions.clock_zero_offset_s", 2),
            ("imaging:\n  channels:\n    blue: {}\n", "imaging.channels.blue", 3),
            ("imaging:\n  excitation_lambda_nm: -3\n", "imaging.excitation_lambda_nm", 2),
            ("imaging:\n  field_of_view_um: [600]\n", "imaging.field_of_view_um", 2),
            ("imaging:\n  field_of_view_um: [600, 0]\n", "imaging.field_of_view_um", 2),
            ("source:\n  array_kinds: {ephysTSA: ephys}\n", "source.array_kinds.ephysTSA", 2),
            ("source:\n  fov_pattern: 'fov_(\\d+'\n", "source.fov_pattern", 2),
            ("source:\n  fov_pattern: 'fov_(\\d+)'\n", "source.fov_pattern", 2),
            ("source:\n  video_pattern: 'WDBP'\n", "source.video_pattern", 2),
            ("source:\n  video_running_pattern: '(?P<trial>x)'\n", "source.video_running_pattern", 2),
            ("source:\n  video_trials:\n    a.mp4: first\n", "source.video_trials.a.mp4", 3),
            ("source:\n  video_trials:\n    a.mp4: true\n", "source.video_trials.a.mp4", 3),
            ("source:\n  video_trials: [a.mp4]\n", "source.video_trials", 2),
            ("session:\n  session_description: ''\n", "session.session_description", 2),
            ("session:\n  lab: '   '\n", "session.lab", 2),
            ("imaging:\n  microscope:\n    name: a/b\n", "imaging.microscope.name", 3),
            ("session: 5\n", "session", 1),
            ("session:\n", "session", 1),
            ("sessions: [an197522_2013_03_08]\n", "sessions", 1),
            ("subjects:\n  an197522: mouse\n", "subjects.an197522", 2),
        ],
    )
    def test_values_that_are_not_valid(self, tmp_path: Path, text: str, field: str, line: int) -> None:
        problem = refused(tmp_path, text)
        assert problem.kind.identifier == "metadata-value-invalid"
        assert (problem.field or "").startswith(field)
        assert problem.file == f"{tmp_path / 'mine.yaml'}, line {line}"
        assert problem.expected

    @pytest.mark.parametrize("age", ["P7W", "P52D", "P6W/P8W", "P6W/", "P1Y2M", "P49.5D"])
    def test_ages(self, tmp_path: Path, age: str) -> None:
        assert load(user_file(tmp_path, f"subject: {{age: {age}}}\n")).subject.age == age

    @pytest.mark.parametrize("weight", ["21 g", "0.021 kg", "21000 mg", "21.5 g"])
    def test_weights(self, tmp_path: Path, weight: str) -> None:
        assert load(user_file(tmp_path, f"subject: {{weight: {weight}}}\n")).subject.weight == weight

    def test_the_error_of_a_form_says_the_form(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, "subject: {weight: twenty}\n")
        assert problem.expected == "a number, a space and a unit (kg, g or mg), such as 21 g"
        assert problem.found == "'twenty'"

    @pytest.mark.parametrize(
        ("text", "field", "expected"),
        [
            ("subject: {sex: female}", "subject.sex", "'M', 'F', 'U' or 'O'"),
            ("session: {keywords: mouse}", "session.keywords", "a list, such as [one, two]"),
            ("session: {keywords: [null]}", "session.keywords.0", "a text"),
            ("session: {lab: ''}", "session.lab", "a text that is not empty"),
            ("session: 5", "session", "a mapping of keys to values"),
            ("imaging: {excitation_lambda_nm: 1000nm}", "imaging.excitation_lambda_nm", "a number"),
            ("imaging: {excitation_lambda_nm: 0}", "imaging.excitation_lambda_nm", "a number above 0.0"),
            ("imaging: {field_of_view_um: [600]}", "imaging.field_of_view_um.1", "one more value"),
            ("imaging: {field_of_view_um: [6, 6, 6]}", "imaging.field_of_view_um", "at most 2 values"),
            ("imaging: {subvolume_depth_um: {one: 1}}", "imaging.subvolume_depth_um.one", "a whole number"),
            ("assumptions: {green_page_first: first}", "assumptions.green_page_first", "true or false"),
            ("assumptions: {channels_per_frame: 0}", "assumptions.channels_per_frame", "a number of at least 1"),
            ("assumptions: {channels_per_frame: 3}", "assumptions.channels_per_frame", "a number of at most 2"),
            ("assumptions: {clock_zero_offset_s: .inf}", "assumptions.clock_zero_offset_s", "a number"),
            (
                "assumptions: {timezone: Eastern}",
                "assumptions.timezone",
                "a time zone of the IANA database, such as America/New_York",
            ),
            (
                "source: {fov_pattern: 'fov_('}",
                "source.fov_pattern",
                "a regular expression; in this one: missing ), unterminated subpattern at position 4",
            ),
        ],
    )
    def test_what_is_wanted_in_plain_words(self, tmp_path: Path, text: str, field: str, expected: str) -> None:
        problem = refused(tmp_path, f"{text}\n")
        assert (problem.field, problem.expected) == (field, expected)

    def test_a_doi_with_its_prefix(self, tmp_path: Path) -> None:
        assert load(user_file(tmp_path, "dataset: {doi: 'doi:10.6080/K0'}\n")).dataset.doi == "10.6080/K0"

    def test_a_typo_in_a_part_for_one_session(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, f"sessions:\n  {SESSION}:\n    sesion: {{lab: A}}\n")
        assert (problem.kind.identifier, problem.field) == ("metadata-key-unknown", "sesion")
        assert problem.file == f"{tmp_path / 'mine.yaml'}, line 3"

    def test_a_typo_in_the_name_of_a_session(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, "sessions:\n  an197522_2013_3_8: {session: {lab: A}}\n")
        assert (problem.kind.identifier, problem.field) == ("metadata-key-unknown", "sessions.an197522_2013_3_8")

    def test_a_value_that_is_needed_and_taken_away(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, "session: {lab: null}\n")
        assert (problem.kind.identifier, problem.field) == ("metadata-value-invalid", "session.lab")


class TestTheTimeOfTheExperiment:
    @pytest.mark.parametrize(
        ("key", "value", "read"),
        [
            ("session.time_of_experiment", "154546", "154546"),
            ("session.time_of_experiment", "09:45:46", "094546"),
            ("session.time_of_experiment", "'15:45:46'", "154546"),
            ("subject.date_of_birth", "2013-01-08", "20130108"),
            ("subject.date_of_birth", "20130108", "20130108"),
        ],
    )
    def test_of_one_session(self, tmp_path: Path, key: str, value: str, read: str) -> None:
        section, name = key.split(".")
        mine = user_file(tmp_path, f"sessions:\n  {SESSION}:\n    {section}: {{{name}: {value}}}\n")
        assert getattr(getattr(load(mine), section), name) == read
        assert getattr(getattr(load(mine, session="an197522_2013_03_10"), section), name) is None

    @pytest.mark.parametrize("value", ["24:00:00", "1545", "15:4546", "154546.5", "noon", "9:45:46"])
    def test_what_is_no_time(self, tmp_path: Path, value: str) -> None:
        problem = refused(tmp_path, f"sessions:\n  {SESSION}:\n    session: {{time_of_experiment: '{value}'}}\n")
        assert (problem.kind.identifier, problem.field) == ("metadata-value-invalid", "session.time_of_experiment")
        assert problem.expected == "a time as HHMMSS or HH:MM:SS, such as 154546"
        assert problem.file == f"{tmp_path / 'mine.yaml'}, line 3"

    @pytest.mark.parametrize("value", ["2013-02-30", "08.03.2013", "2013-0308", "130308"])
    def test_what_is_no_date(self, tmp_path: Path, value: str) -> None:
        problem = refused(tmp_path, f"sessions:\n  {SESSION}:\n    subject: {{date_of_birth: '{value}'}}\n")
        assert problem.expected == "a date as yyyymmdd or yyyy-mm-dd, such as 20130308"

    @pytest.mark.parametrize("key", ["session.time_of_experiment", "subject.date_of_birth"])
    def test_never_of_all_sessions_at_once(self, tmp_path: Path, key: str) -> None:
        section, name = key.split(".")
        problem = refused(tmp_path, f"{section}:\n  {name}: 20130308\n")
        assert (problem.kind.identifier, problem.field) == ("metadata-value-invalid", key)
        assert "below " in (problem.expected or "")
        assert problem.file == f"{tmp_path / 'mine.yaml'}, line 2"
