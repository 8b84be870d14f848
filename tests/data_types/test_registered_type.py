"""A data type of a lab's own is one folder: docs/examples/running_speed goes both ways and appears everywhere."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from doc_pages.field_map import field_map_page
from made_sessions import problem_raised, read
from scipy.io import loadmat

from ssc_to_nwb import convert, list_sessions, methods, restore, verify_sessions, write_report
from ssc_to_nwb.api.explanation import find_problem
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.rule import may_fit, pattern_regex
from ssc_to_nwb.naming import sidecar
from ssc_to_nwb.session.stub import stub_session
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.matlab import Cell, MatStruct, hash_struct, row
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SPEED = np.round(np.linspace(0, 30, 50), 3)
SPEC = SessionSpec(subvolumes=(SubvolumeSpec(number=3, planes=(2,), rois_per_plane=3),), image_shape=(20, 30))


def with_running_speed(tree: MatStruct, *, key: str = "runningSpeed") -> None:
    """Add the entry behind the others, ten samples a trial in each of five trials."""
    arrays, starts = tree["timeSeriesArrayHash"], np.asarray(tree["trialStartTimes"]).reshape(-1)[:5]
    numbers = np.asarray(tree["trialIds"]).reshape(-1)[:5]
    entry = {
        "ids": row([1]),
        "idStrs": Cell(["speed of the wheel"]),
        "idStrDetailed": Cell(),
        "valueMatrix": SPEED[np.newaxis],
        "timeUnit": row([1]),
        "time": row((starts[:, np.newaxis] + np.arange(10) * 20.0).reshape(-1)),
        "trial": row(np.repeat(numbers, 10)),
    }
    described = hash_struct([("validTrialIds", "trials on the wheel", row(numbers))])
    for name, item in (("keyNames", key), ("descr", "speed of the wheel"), ("value", entry), ("descrHash", described)):
        arrays[name].append(item)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    with registry.registered(["running_speed"]):
        yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "running_speed"]:
        del sys.modules[name]


@dataclass(frozen=True)
class Running:
    """A session with running speed, and its NWB file."""

    made: SyntheticSession
    nwb: Path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """The session, converted in worker processes, which know the type as well."""
    root = tmp_path_factory.mktemp("running")
    made = write_session(root=root / "source", spec=SPEC, raw=False, videos=False, edit=with_running_speed)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        with registry.registered(["running_speed"]):
            outcome = convert(source=root / "source", output=root / "nwb").outcomes[0]
    assert outcome.output is not None, outcome.error
    return Running(made=made, nwb=outcome.output)


@pytest.fixture
def running(registered: None, template: Running, tmp_path: Path) -> Running:
    """A copy of the converted session."""
    copy = Path(shutil.copytree(template.made.root.parent, tmp_path / "running"))
    made = replace(template.made, root=copy / "source", mat_path=copy / "source" / template.made.mat_path.name)
    return Running(made=made, nwb=copy / template.nwb.relative_to(template.made.root.parent))


def test_it_is_written_verified_and_restored(running: Running, tmp_path: Path) -> None:
    with h5py.File(running.nwb) as file:
        behavior = file["processing/behavior"]
        series, labels = behavior["running_speed"], behavior["trial_number_of_running_speed"]
        assert series["data"].attrs["unit"] == "cm/s"
        np.testing.assert_array_equal(series["data"][()], SPEED)
        assert labels.get("timestamps", getlink=True).path == "/processing/behavior/running_speed/timestamps"
        assert labels["data"].dtype == np.int32
    (verified,) = verify_sessions(source=running.made.root, output=running.nwb.parents[1]).sessions
    report = verified.report
    assert report is not None
    assert report.ok, report.problems
    restore(file=running.nwb, output=tmp_path / "back.mat")
    there, back = (
        loadmat(path, mat_dtype=True, squeeze_me=True)["s"]["timeSeriesArrayHash"].item()["value"].item()[-1]
        for path in (running.made.mat_path, tmp_path / "back.mat")
    )
    assert back.dtype.names == there.dtype.names
    for name in ("valueMatrix", "time", "trial"):
        np.testing.assert_array_equal(back[name].item(), there[name].item())


def test_a_pattern_may_name_one_item() -> None:
    assert may_fit("trialIds{*}.value{1}", "trialIds.value")
    found = [pattern_regex("trialIds{*}.value{1}").fullmatch(f"trialIds{{4}}.value{{{item}}}") for item in (1, 2)]
    assert [match is not None for match in found] == [True, False]


def test_it_appears_wherever_others_do(running: Running, tmp_path: Path) -> None:
    ledger = json.loads(sidecar(running.nwb, "ledger").read_text())
    assert {"running-values", "running-times", "running-trials"} <= {leaf["rule"] for leaf in ledger["leaves"]}
    assert "/processing/behavior/running_speed/data" in field_map_page()
    (summary,) = list_sessions(source=running.made.root)
    assert "running speed" in summary.data_types
    assert "running speed (cm/s)" in methods(file=running.nwb)
    write_report(files=[running.nwb], output=tmp_path / "pages")
    pages = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "pages").rglob("*.html"))
    assert "processing/behavior/running_speed" in re.sub(r"<wbr>|\u200b", "", pages)


def test_a_stub_has_the_samples_of_its_trials_alone(registered: None, tmp_path: Path) -> None:
    made = write_session(root=tmp_path, spec=SPEC, raw=False, videos=False, edit=with_running_speed)
    whole = read(made)[0]
    stub = stub_session(whole)
    array, cut = whole.arrays["running speed"], stub.arrays["running speed"]
    keep = np.isin(array.trial, stub.trials.numbers)
    assert 0 < np.count_nonzero(keep) < SPEED.size
    np.testing.assert_array_equal(cut.speed_cm_s, SPEED[keep])
    np.testing.assert_array_equal(cut.time_ms, array.time_ms[keep])
    np.testing.assert_array_equal(cut.trial, array.trial[keep])


@pytest.mark.long
def test_a_wrong_value_is_found(running: Running) -> None:
    with h5py.File(running.nwb, "r+") as file:
        file["processing/behavior/running_speed/data"][3] += 1
        file["processing/behavior/running_speed/data"].attrs["unit"] = "m/s"
    (verified,) = verify_sessions(source=running.made.root, output=running.nwb.parents[1]).sessions
    report = verified.report
    assert report is not None
    assert {problem.field for problem in report.problems} == {"/processing/behavior/running_speed/data"}
    assert len(report.problems) == 2


def test_without_it_the_array_is_of_no_known_kind(tmp_path: Path) -> None:
    made = write_session(root=tmp_path, spec=SPEC, raw=False, videos=False, edit=with_running_speed)
    with problem_raised() as found:
        read(made)
    assert found[0].kind.identifier == "array-kind-unknown"
    assert "claimed by no data type" in (found[0].found or "")


def test_an_array_that_two_types_claim_names_both(registered: None, tmp_path: Path) -> None:
    def edit(tree: MatStruct) -> None:
        with_running_speed(tree, key="runningWhisker")

    made = write_session(root=tmp_path, spec=SPEC, raw=False, videos=False, edit=edit)
    tree_text = "claimed as whisker of whisker, running speed of running_speed"
    with problem_raised() as found:
        read(made)
    assert found[0].kind.identifier == "array-kind-unknown"
    assert tree_text in (found[0].found or "")


def test_registration_can_be_taken_back(registered: None) -> None:
    assert [one.name for one in registry.data_types() if one.name == "running_speed"] == ["running_speed"]
    with pytest.raises(ValueError, match="registered already"):
        registry.register_data_type("running_speed")
    registry.unregister_data_type("running_speed")
    assert "running_speed" not in registry.registered_packages()
    registry.register_data_type("running_speed")


@pytest.mark.parametrize(
    ("area", "identifier", "named"),
    [("Wheel", "disk-full", "disk-full"), ("Session files", "wheel-slipped", "Session files")],
)
def test_a_type_with_a_kind_of_problem_that_is_there_already_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, area: str, identifier: str, named: str
) -> None:
    package = tmp_path / f"wheel_{identifier.replace('-', '_')}"
    package.mkdir()
    (package / "__init__.py").touch()
    kind = f'[{identifier}]\nerror = "The wheel slipped"\nreason = "r"\nremedy = "r"\n'
    (package / "problems.toml").write_text(f'area = "{area}"\n\n{kind}')
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ValueError, match=f"data type {package.name}: '{named}' in its problems.toml is there already"):
        registry.register_data_type(package.name)
    (package / "problems.toml").write_text(f'area = "Wheel"\n\n{kind.replace(identifier, "wheel-stuck")}')
    with registry.registered([package.name]):
        assert find_problem("wheel-stuck").title == "The wheel slipped"  # type: ignore[union-attr]


def test_a_type_without_a_way_back_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "one_way"
    package.mkdir()
    (package / "__init__.py").touch()
    rule = "Rule(identifier='there', patterns=('x',), disposition=Disposition.WRITTEN, text='t')"
    (package / "layout.py").write_text(f"from ssc_to_nwb.data_types.rule import *\nRULES = ({rule},)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ValueError, match="one_way has no way back for its claim 'there': add it to RESTORES"):
        registry.register_data_type("one_way")
    with pytest.raises(ValueError, match="no package of this name"):
        registry.register_data_type("nowhere")
