"""Finished files that lead into other files, or hold bytes that are no text."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

import h5py
import numpy as np
import pytest
from changes import ANGLE, DFF, SUBJECT
from converting import convert
from levels import mostly_long
from moved_values import moved_out

from ssc_to_nwb.api.verification import content_digest, verify_sessions
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.places import find_converted
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

NO_TEXT = b"caf\xe9"
Mutated = Callable[[Callable[[h5py.File], None]], Path]


@pytest.mark.parametrize(
    "kind",
    mostly_long(["external storage", "virtual", "link", "soft link"], quick=("virtual", "soft link").__contains__),
)
def test_values_in_another_file(finished, mutated: Mutated, tmp_path: Path, kind: str):
    path = f"{DFF}/data"
    file = mutated(moved_out(kind, path, tmp_path))
    (problem,) = finished.verify(file).problems
    assert problem.kind.identifier == "verify-values-elsewhere"
    assert problem.field == ("/out" if kind == "soft link" else path)
    assert ("virtual" if kind == "virtual" else str(tmp_path)) in problem.found
    with pytest.raises(SscError) as raised:
        content_digest(file=file)
    assert raised.value.problem.kind.identifier == "verify-values-elsewhere"


def with_bytes(path: str, name: str, *, fixed: bool) -> Callable[[h5py.File], None]:
    """Replace a text attribute by bytes that are no UTF-8, of fixed length or not."""

    def change(file: h5py.File) -> None:
        assert name in file[path].attrs
        del file[path].attrs[name]
        if fixed:
            file[path].attrs[name] = np.bytes_(NO_TEXT)
        else:
            file[path].attrs.create(name, NO_TEXT, dtype=h5py.string_dtype())

    return change


@pytest.mark.parametrize(
    ("path", "fixed"),
    mostly_long(
        product([ANGLE, DFF, f"{ANGLE}/data", "/"], [True, False]),
        quick=[(f"{ANGLE}/data", False), ("/", True)].__contains__,
    ),
)
def test_an_attribute_that_is_no_text_is_named(finished, mutated: Mutated, path: str, fixed: bool):
    name = {f"{ANGLE}/data": "unit", "/": "nwb_version"}.get(path, "description")
    report = finished.verify(mutated(with_bytes(path, name, fixed=fixed)))
    assert {problem.field for problem in report.problems} == {path}
    assert "verify-unreadable" not in {problem.kind.identifier for problem in report.problems}


def test_a_text_that_is_no_text_is_named(finished, mutated: Mutated):
    def change(file: h5py.File) -> None:
        del file[f"{SUBJECT}/species"]
        file.create_dataset(f"{SUBJECT}/species", data=NO_TEXT, dtype=h5py.string_dtype())

    file = mutated(change)
    assert {problem.field for problem in finished.verify(file).problems} == {f"{SUBJECT}/species"}
    assert content_digest(file=file) != content_digest(file=finished.path)


def test_a_name_of_an_attribute_that_is_no_text_is_named(finished, mutated: Mutated):
    report = finished.verify(mutated(lambda file: file[ANGLE].attrs.create(b"x" + NO_TEXT, 1)))
    assert [problem.field for problem in report.problems] == [ANGLE]
    assert report.problems[0].found == "attribute b'xcaf\\xe9'"


def test_a_name_of_an_object_that_is_no_text_is_a_finding(finished, mutated: Mutated):
    """h5py opens no such object."""
    report = finished.verify(mutated(lambda file: h5py.h5g.create(file["/processing/behavior"].id, NO_TEXT)))
    assert [problem.kind.identifier for problem in report.problems] == ["verify-unreadable"]
    assert "0xe9" in report.problems[0].found


def test_digests_of_different_bytes_differ(mutated: Mutated):
    digests = set()
    for byte in (b"\xe8", b"\xe9"):

        def change(file: h5py.File, byte: bytes = byte) -> None:
            file[ANGLE].attrs["description"] = np.bytes_(b"caf" + byte)

        digests.add(content_digest(file=mutated(change)))
    assert len(digests) == 2


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small sessions in `source`, converted in `nwb`."""
    root = tmp_path_factory.mktemp("two")
    small = (SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),)
    for animal in ("an900001", "an900002"):
        spec = SessionSpec(animal=animal, subvolumes=small, image_shape=(24, 32), arrays=("dff",), n_trials=3)
        write_session(root=root / "source", spec=spec, raw=False, videos=False)
    assert convert(source=root / "source", output=root / "nwb", verify="off").ok
    return root


@pytest.mark.parametrize("defect", ["bytes", pytest.param("elsewhere", marks=pytest.mark.long), "in the program"])
def test_the_other_sessions_are_still_verified(two: Path, tmp_path: Path, defect: str, monkeypatch: pytest.MonkeyPatch):
    copy = Path(shutil.copytree(two / "nwb", tmp_path / "nwb"))
    bad = find_converted(copy, session="an900001_2013_03_08")
    if defect == "in the program":
        from ssc_to_nwb.proof import file as proof_file

        monkeypatch.setattr(proof_file, "SessionFacts", _failing(proof_file.SessionFacts))
    with h5py.File(bad, "r+") as file:
        if defect == "bytes":
            with_bytes("/processing/behavior/trial_number", "description", fixed=True)(file)
        elif defect == "elsewhere":
            moved_out("external storage", "/intervals/trials/start_time", tmp_path)(file)
    result = verify_sessions(source=two / "source", output=copy)
    assert [session.ok for session in result.sessions] == [False, True]
    problem = result.sessions[0].error or result.sessions[0].report.problems[0]
    assert (
        problem.kind.identifier
        == {
            "bytes": "verify-attribute-differs",
            "elsewhere": "verify-values-elsewhere",
            "in the program": "internal-error",
        }[defect]
    )


def _failing(whole):
    def facts(context):
        if context.session.key.animal == "an900001":
            raise ArithmeticError("nobody thought of this")
        return whole(context)

    return facts
