"""Fixtures of the whole suite: the sample, and made-up sessions that are converted once and shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_sessions import Converted

from ssc_to_nwb.synthetic.spec import SessionSpec, SubvolumeSpec

_SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "ssc-1-sample"

AWKWARD = SessionSpec(
    animal="an900007",
    date=date(2013, 12, 1),
    seed=7,
    n_trials=9,
    time_unit_id=2,
    trial_number_gap_after=(1, 4),
    trial_type_order=("NoLickR", "ErrR", "HitR", "NoLickL", "ErrL", "HitL"),
    trials_without_type=(3,),
    further_trial_properties=("Luminance", "side"),
    trials_with_nan_valve_time=(1,),
    further_metadata=(("roomName", "2W.335"), ("roomTemperature", 21.5)),
    whiskers=("c1", "c2", "D4"),
    trials_without_whisker=(2, 5),
    nan_over_first_touch=True,
    further_touch_properties=(
        "thetaAtTouchOnset",
        "thetaMeanOverTouch",
        "touchBoutNumber",
        "touchNumberWithinBout",
        "whTSACorrespondingIndex",
        "caTSACorrespondingIndex",
        "wobble",
    ),
    empty_event_series=("rightReward",),
    one_event_series=("leftLicks",),
    subvolumes=(
        SubvolumeSpec(number=4, planes=(2, 3, 4), rois_per_plane=5),
        SubvolumeSpec(number=6, planes=(3,), rois_per_plane=3),
    ),
    image_shape=(40, 72),
    trials_not_imaged=(6,),
    lone_plane_as_struct=True,
    master_image_2d=True,
    shuffled_rows=True,
    single_precision=True,
    rois_without_trace=2,
    traces_without_roi=1,
    blank_time_point=True,
    short_last_file=True,
    rejected_file=True,
    late_first_file=True,
    unknown_trial_frames=True,
    listed_without_fluo_batch_out=True,
)
"""Everything awkward that a session file may hold at once, without its raw files."""


@pytest.fixture(scope="session")
def sample_root() -> Path:
    """The shared look-alike of the data set; tests that need it are skipped where it is absent."""
    if not _SAMPLE.is_dir():
        pytest.skip("the shared sample is not here")
    return _SAMPLE


@pytest.fixture(scope="session")
def convert_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Converted]:
    """Converts a made-up session without raw files, given a spec or its fields; each spec once."""
    from ssc_to_nwb.api.conversion import convert
    from ssc_to_nwb.synthetic.dataset import write_session

    done: dict[SessionSpec, Converted] = {}

    def build(spec: SessionSpec | None = None, **fields: Any) -> Converted:
        spec = spec or SessionSpec(**fields)
        if spec not in done:
            root = tmp_path_factory.mktemp("converted")
            made = write_session(root=root / "source", spec=spec, raw=False, videos=False)
            result = convert(source=root / "source", output=root / "nwb")
            done[spec] = Converted(made=made, outcome=result.outcomes[0])
        return done[spec]

    return build


@pytest.fixture(scope="session")
def converted_default(convert_once: Callable[..., Converted]) -> Converted:
    """A small, well-behaved session, converted."""
    return convert_once()


@pytest.fixture(scope="session")
def converted_awkward(convert_once: Callable[..., Converted]) -> Converted:
    """The session AWKWARD, converted."""
    return convert_once(AWKWARD)


@pytest.fixture(scope="session")
def nwb_default(converted_default: Converted) -> Iterator[Any]:
    """The NWBFile of `converted_default`, read with pynwb."""
    yield from _opened(converted_default.path)


@pytest.fixture(scope="session")
def nwb_awkward(converted_awkward: Converted) -> Iterator[Any]:
    """The NWBFile of `converted_awkward`, read with pynwb."""
    yield from _opened(converted_awkward.path)


def _opened(path: Path) -> Iterator[Any]:
    from pynwb import NWBHDF5IO

    with NWBHDF5IO(path, "r") as io:
        yield io.read()
