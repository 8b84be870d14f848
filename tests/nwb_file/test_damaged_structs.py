"""Whatever is wrong with a session struct, it is converted or named from the catalogue: never a defect of ours."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from made_sessions import task_of
from struct_damage import damage

from ssc_to_nwb.nwb_file.results import SessionOutcome
from ssc_to_nwb.nwb_file.session_file import convert_session
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.matlab import write_mat5
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

SPEC = SessionSpec(
    n_trials=3,
    trial_number_gap_after=(),
    whiskers=("c1", "c2"),
    whisker_rate_hz=100.0,
    further_trial_properties=("Luminance",),
    further_metadata=(("roomName", "2W.335"),),
    subvolumes=(SubvolumeSpec(planes=(2, 3), rois_per_plane=2), SubvolumeSpec(number=2, planes=(3,), rois_per_plane=2)),
    image_shape=(20, 30),
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> SyntheticSession:
    return write_session(root=tmp_path_factory.mktemp("base"), spec=SPEC, raw=False, videos=False)


def convert_damaged(base: SyntheticSession, folder: Path, seed: int) -> tuple[str, SessionOutcome]:
    tree = copy.deepcopy(base.tree)
    what = damage(tree, seed=seed)
    path = folder / base.mat_path.name
    write_mat5(path=path, variables={"s": tree})
    task = task_of(path, folder / "nwb", raw="skip", overwrite=True, allow_unmapped=True)
    return what, convert_session(task)


def check(base: SyntheticSession, folder: Path, seeds: range) -> None:
    refused = 0
    for seed in seeds:
        what, outcome = convert_damaged(base, folder, seed)
        refused += not outcome.ok
        if outcome.error is not None:
            assert outcome.error.kind.identifier != "internal-error", f"{what}\n{outcome.traceback}"
            assert outcome.error.file, what
            assert outcome.error.field or outcome.error.detail or outcome.error.found, what
            assert not list((folder / "nwb").rglob("*in-progress*")), what
    assert 0 < refused < len(seeds)


def test_a_few(base: SyntheticSession, tmp_path: Path) -> None:
    check(base, tmp_path, range(10))


@pytest.mark.long
def test_many(base: SyntheticSession, tmp_path: Path) -> None:
    check(base, tmp_path, range(1000, 1250))


def test_the_base_is_converted(base: SyntheticSession, tmp_path: Path) -> None:
    assert convert_session(task_of(base.mat_path, tmp_path)).ok
