"""All that a source can do wrong is named, with file and field; nothing of it is left, the others are converted."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import h5py
import pytest
from made_sessions import Edit, Struct, array, events, problem_raised, records, set_entry, write

from ssc_to_nwb.api.conversion import ConversionResult, convert
from ssc_to_nwb.api.reporting import write_text_file
from ssc_to_nwb.api.restoring import restore
from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.testing.matlab import EMPTY, Cell, row, write_mat5
from ssc_to_nwb.testing.spec import SubvolumeSpec

SMALL = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 6}
DFF = "dffTSA_subvolume_01"
ENTRY, EVENTS = "s.timeSeriesArrayHash.value{2}", "s.eventSeriesArrayHash"


@dataclass(frozen=True)
class Wrong:
    """One way in which a source is wrong, and what has to be said of it."""

    name: str
    kind: str
    field: str | None = None
    found: str = ""
    edit: Edit | None = None
    damage: Callable[[Path], None] | None = None


def put(*path: str, value: object) -> Edit:
    def edit(s: Struct) -> None:
        for name in path[:-1]:
            s = s[name]
        s[path[-1]] = value

    return edit


def no_mat(path: Path) -> None:
    path.write_text("this is no MATLAB file\n" * 50)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2000])


def other_variable(path: Path) -> None:
    write_mat5(path=path, variables={"obj": {"trialIds": row([1])}})


def two_types(s: Struct) -> None:
    s["trialTypeMat"][:, 1] = 1


def odd(s: Struct) -> None:
    pole = events(s, "poleInReach")
    pole["eventTimes"] = pole["eventTimes"][:, :-1]


def off_before_on(s: Struct) -> None:
    events(s, "rewardCue")["eventTimes"][0, :2] = events(s, "rewardCue")["eventTimes"][0, 1::-1]


def across_trials(s: Struct) -> None:
    events(s, "poleInReach")["eventTrials"][0, 1] = 3


def whisker_backwards(s: Struct) -> None:
    array(s, "whiskerVars")["time"][0, 50] = 0.0


def frame_outside(s: Struct) -> None:
    for kind in ("dff", "rawFluo", "event"):
        plane = array(s, f"{kind}TSA_subvolume_01")["imagingPlane"][0]
        plane["sourceFileFrameIdx"] = plane["sourceFileFrameIdx"].copy()
        plane["sourceFileFrameIdx"][0, 3] = 99


def pixel_outside(s: Struct) -> None:
    records(s, DFF)[0]["rois"][1]["indicesWithinImage"] = row([601])


def roi_twice(s: Struct) -> None:
    array(s, DFF)["ids"] = row([1001, 1001])


def kind_unknown(s: Struct) -> None:
    s["timeSeriesArrayHash"]["keyNames"][1] = "ephysTSA"
    s["timeSeriesArrayHash"]["descr"][1] = ""


WRONG = (
    Wrong("no mat file", "mat-unreadable", found="begin with", damage=no_mat),
    Wrong("empty file", "mat-unreadable", found="an empty file", damage=lambda path: path.write_bytes(b"")),
    Wrong("truncated", "mat-unreadable", found="ends before its time", damage=truncate),
    Wrong("no variable s", "mat-variable-missing", found="obj", damage=other_variable),
    Wrong(
        "s is no struct",
        "field-type",
        "s",
        "1x2 double",
        damage=lambda p: write_mat5(path=p, variables={"s": row([1, 2])}),
    ),
    Wrong("field absent", "field-missing", "s", "struct with fields", edit=lambda s: s.pop("trialStartTimes")),
    Wrong("field of another type", "field-type", "s.trialIds", "text 'x'", edit=put("trialIds", value="x")),
    Wrong(
        "field of another length",
        "field-length",
        "s.trialStartTimes",
        "1x2 double",
        edit=put("trialStartTimes", value=row([1, 2])),
    ),
    Wrong("two trial types", "trial-type-twice", "s.trialTypeMat", "trial 3 is HitL and HitR", edit=two_types),
    Wrong(
        "unknown trial type",
        "trial-type-unknown",
        "s.trialTypeStr",
        "'Ignore'",
        edit=put("trialTypeStr", value=Cell(["Ignore"] * 6)),
    ),
    Wrong("odd number of times", "event-count-odd", f"{EVENTS}.value{{1}}.eventTimes", "11", edit=odd),
    Wrong("off before on", "event-off-before-on", f"{EVENTS}.value{{7}}.eventTimes", "event 1", edit=off_before_on),
    Wrong(
        "pair across trials",
        "event-across-trials",
        f"{EVENTS}.value{{1}}.eventTrials",
        "on in trial 2, off in trial 3",
        edit=across_trials,
    ),
    Wrong(
        "times going backwards",
        "time-backwards",
        "s.timeSeriesArrayHash.value{1}.time",
        "0 ms after",
        edit=whisker_backwards,
    ),
    Wrong(
        "frame outside the list",
        "frame-index-outside",
        f"{ENTRY}.imagingPlane{{1}}.sourceFileFrameIdx",
        "file 99",
        edit=frame_outside,
    ),
    Wrong(
        "pixel outside the image",
        "roi-pixel-outside",
        "s.timeSeriesArrayHash.descrHash{2}.value{1}.rois(2).indicesWithinImage",
        "601",
        edit=pixel_outside,
    ),
    Wrong("ROI number twice", "roi-number-twice", f"{ENTRY}.ids", "[1001]", edit=roi_twice),
    Wrong("kind of array unknown", "array-kind-unknown", ENTRY, "key 'ephysTSA'", edit=kind_unknown),
    Wrong("unknown time unit", "time-unit-unknown", "s.trialTimeUnit", "9", edit=put("trialTimeUnit", value=row([9]))),
    Wrong(
        "another animal",
        "file-name-disagrees",
        "s.metaDataHash.value{9}",
        "an1",
        edit=lambda s: set_entry(s["metaDataHash"], "animalID", "an1"),
    ),
    Wrong(
        "species unknown",
        "metadata-text-unreadable",
        "metaDataHash species",
        "yeti",
        edit=lambda s: set_entry(s["metaDataHash"], "species", "yeti"),
    ),
    Wrong(
        "nobody did it",
        "metadata-value-missing",
        "session.experimenters",
        "",
        edit=lambda s: set_entry(s["metaDataHash"], "experimenters", EMPTY),
    ),
)


@dataclass(frozen=True)
class Run:
    """A run over many wrong sessions and two right ones."""

    source: Path
    output: Path
    result: ConversionResult


def animal_of(wrong: Wrong) -> str:
    return f"an8{WRONG.index(wrong):05d}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = tmp_path_factory.mktemp("wrong")
    for wrong in WRONG:
        made = write(root / "source", animal=animal_of(wrong), edit=wrong.edit, **SMALL)
        if wrong.damage is not None:
            wrong.damage(made.mat_path)
    for animal in ("an700000", "an900000"):
        write(root / "source", animal=animal, **SMALL)
    with ThreadPoolExecutor(1) as executor:
        result = convert(source=root / "source", output=root / "nwb", executor=executor, verify="off")
    return Run(source=root / "source", output=root / "nwb", result=result)


class TestWrongInput:
    @pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
    def test_it_is_named_with_file_field_expected_and_found(self, run: Run, wrong: Wrong) -> None:
        (outcome,) = (one for one in run.result.outcomes if one.session.startswith(animal_of(wrong)))
        assert (outcome.status, outcome.ok, outcome.output) == ("failed", False, None)
        problem = outcome.error
        assert problem is not None
        assert (problem.kind.identifier, problem.field) == (wrong.kind, wrong.field)
        assert problem.file == str(run.source / f"{animal_of(wrong)}_2013_03_08_session.mat")
        assert problem.expected
        assert wrong.found in (problem.found or "")
        assert problem.kind.remedy

    def test_no_output_of_theirs_is_left(self, run: Run) -> None:
        assert {path.name for path in run.output.glob("sub-*")} == {"sub-an700000", "sub-an900000"}
        assert not list(run.output.rglob("*in-progress*"))

    def test_the_others_are_converted(self, run: Run) -> None:
        assert not run.result.ok
        assert [path.name for path in run.result.outputs] == [
            f"sub-{animal}_ses-20130308_behavior+image+ophys.nwb" for animal in ("an700000", "an900000")
        ]
        for path in run.result.outputs:
            with h5py.File(path) as file:
                assert len(file["intervals/trials/id"]) == 6

    def test_outcomes_are_in_the_order_of_animal_and_date(self, run: Run) -> None:
        names = [outcome.session for outcome in run.result.outcomes]
        assert names == sorted(names)
        assert len(names) == len(WRONG) + 2

    def test_all_of_it_is_json(self, run: Run) -> None:
        reported = json.loads(json.dumps(run.result.as_dict(), allow_nan=False))
        assert reported["ok"] is False
        assert [session["error"] and session["error"]["identifier"] for session in reported["sessions"]] == [
            None, *(wrong.kind for wrong in WRONG), None,
        ]  # fmt: skip
        warned = reported["sessions"][0]["problems"]
        assert {"values-nan"} <= {problem["identifier"] for problem in warned}
        assert all(problem["severity"] in ("warning", "info") for problem in warned)


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_an_output_that_is_a_link_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path / "source", **SMALL)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with problem_raised() as found:
        convert(source=tmp_path / "source", output=tmp_path / "a")
    assert found[0].file is not None
    assert found[0].file.startswith(str(tmp_path / "a"))


def test_a_session_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "source", **SMALL).mat_path
    opened_path = Path.open

    def refuse(self: Path, *arguments: object, **named: object) -> object:
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened_path(self, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    with problem_raised() as found:
        read_mat(path)
    assert (found[0].kind.identifier, found[0].found) == ("source-not-readable", "Permission denied")


@pytest.mark.skipif(os.name == "nt", reason="pipes")
def test_a_pipe_in_place_of_an_nwb_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.nwb")
    with problem_raised() as found:
        restore(file=tmp_path / "a.nwb", output=tmp_path / "a.mat")
    assert found[0].found == "a named pipe (FIFO)"


def test_a_table_with_a_path_that_is_no_text(tmp_path: Path) -> None:
    write_text_file(tmp_path / "new" / "a.csv", "file\n/data/\udcff.nwb\n")
    assert (tmp_path / "new" / "a.csv").read_bytes() == b"file\n/data/\\udcff.nwb\n"
