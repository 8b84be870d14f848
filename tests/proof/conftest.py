"""A finished file with everything in it, converted once, and what it takes to verify copies of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import h5py
import pytest
from made_sessions import Converted
from shared_builds import SharedBuilds

from ssc_to_nwb.proof.comparison import VerifyMode
from ssc_to_nwb.proof.file import VerifyReport
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData
from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, StackSpec, SubvolumeSpec

SPEC = SessionSpec(
    seed=11,
    image_shape=(24, 32),
    subvolumes=(SubvolumeSpec(number=1, planes=(2,), rois_per_plane=3),),
    whiskers=("c1",),
    further_trial_properties=("luminance",),
    further_touch_properties=("thetaAtTouchOnset", "whTSACorrespondingIndex"),
    blank_time_point=True,
    rejected_file=True,
    unknown_trial_frames=True,
    rois_without_trace=1,
    stacks=StackSpec(imreg_files=True, files_missing=(2,)),
)
OF_SEVERAL_PLANES = replace(
    SPEC,
    subvolumes=(
        SubvolumeSpec(number=1, planes=(2, 3), rois_per_plane=3),
        SubvolumeSpec(number=2, planes=(2,), rois_per_plane=3),
    ),
    whiskers=("c1", "c2"),
)


@dataclass(frozen=True)
class Finished:
    """A session, its raw files, and the NWB file made from them."""

    made: SyntheticSession
    path: Path
    context: SessionContext
    raw: RawData

    def verify(
        self,
        path: Path | None = None,
        *,
        mode: VerifyMode = "full",
        videos: Path | None = None,
        with_digest: bool = False,
    ) -> VerifyReport:
        """Compare a file with the source; a copy of the finished one keeps its videos."""
        from ssc_to_nwb.proof.file import verify_file
        from ssc_to_nwb.source_files.checksums import sha256_of

        return verify_file(
            path or self.path,
            context=self.context,
            raw=self.raw,
            mode=mode,
            hashes={self.context.session.path: sha256_of(self.context.session.path)},
            final_path=self.path,
            videos=videos,
            with_digest=with_digest,
        )


@pytest.fixture(scope="session")
def finished(shared_build: SharedBuilds) -> Finished:
    """A session with stacks, side images, registration files, videos, gaps and frames of unknown trials."""
    return _finished(shared_build("finished", partial(_converted, SPEC)))


@pytest.fixture(scope="session")
def finished_planes(shared_build: SharedBuilds) -> Finished:
    """The same of several planes, subvolumes and whiskers, one of which may be taken for another."""
    return _finished(shared_build("finished_planes", partial(_converted, OF_SEVERAL_PLANES)))


def _finished(converted: Converted) -> Finished:
    from ssc_to_nwb.problems.model import ProblemLog
    from ssc_to_nwb.session.context import load_context
    from ssc_to_nwb.session.raw_data import open_raw_data

    made = converted.made
    log = ProblemLog()
    context = load_context(made.mat_path, log=log)
    raw = open_raw_data(context, raw_folder=made.folder, mode="auto", keep_going=False, log=log)
    assert raw is not None
    return Finished(made=made, path=converted.path, context=context, raw=raw)


def _converted(spec: SessionSpec, root: Path) -> Converted:
    from converting import convert

    made = write_session(root=root / "source", spec=spec)
    return Converted(made=made, outcome=convert(source=root / "source", output=root / "nwb", verify="off").outcomes[0])


@pytest.fixture(scope="session")
def untouched(finished: Finished) -> VerifyReport:
    """The comparison of the finished file, as it is, with its source."""
    return finished.verify(with_digest=True)


@pytest.fixture
def mutated(finished: Finished, tmp_path: Path) -> Callable[[Callable[[h5py.File], None]], Path]:
    """A copy of the finished file after a change: `mutated(change)` gives its path."""
    return partial(_changed, finished, tmp_path)


@pytest.fixture
def mutated_planes(finished_planes: Finished, tmp_path: Path) -> Callable[[Callable[[h5py.File], None]], Path]:
    """The same of `finished_planes`."""
    return partial(_changed, finished_planes, tmp_path)


def _changed(finished: Finished, folder: Path, change: Callable[[h5py.File], None]) -> Path:
    copy = folder / "copy.nwb"
    shutil.copyfile(finished.path, copy)
    with h5py.File(copy, "r+") as file:
        change(file)
    return copy
