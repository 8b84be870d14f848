"""Fixtures of the whole suite: the sample, and made-up sessions that are converted once and shared."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from shared_builds import SharedBuilds

# What is heavy is imported where it is needed: the process that hands out the tests reads this file before the others.
if TYPE_CHECKING:
    from made_sessions import Assembled, Converted
    from pynwb import NWBFile

    from ssc_to_nwb.reading.opened_session import OpenedSession
    from ssc_to_nwb.testing.spec import SessionSpec

# No test depends on how fast the machine is.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Interrupts reach the tests' own processes even where the tests run in the background, which ignores them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests first, so that several processes end together."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Looks for garbage less often, and only among what is new: a fifth of the time went there."""
    gc.set_threshold(20_000, 20, 20)
    gc.callbacks.append(_leave_what_is_kept)
    gc.collect()


def _leave_what_is_kept(phase: str, info: dict[str, int]) -> None:
    """What a search of all leaves, as files that fixtures hold open, is not searched again by the next conversion."""
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()


_SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "ssc-1-sample"


@pytest.fixture(scope="session")
def sample_root() -> Path:
    """The shared look-alike of the data set; tests that need it are skipped where it is absent."""
    if not _SAMPLE.is_dir():
        pytest.skip("the shared sample is not here")
    return _SAMPLE


@pytest.fixture(scope="session")
def shared_build(tmp_path_factory: pytest.TempPathFactory) -> SharedBuilds:
    """Builds what several tests only read: once in a run, however many processes it has."""
    base = tmp_path_factory.getbasetemp()
    return SharedBuilds((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared")


@pytest.fixture(scope="session")
def convert_once(shared_build: SharedBuilds) -> Callable[..., Converted]:
    """Converts a made-up session without raw files, given a spec or its fields; each spec once.

    Given fields without subvolumes, it is one of one small plane.
    """
    from converting import SMALL, convert
    from made_sessions import Converted

    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.spec import SessionSpec

    def build(spec: SessionSpec | None = None, **fields: Any) -> Converted:
        small = {} if "subvolumes" in fields or not fields else SMALL
        spec = spec or SessionSpec(**{**small, **fields})

        def converted(root: Path) -> Converted:
            made = write_session(root=root / "source", spec=spec, raw=False, videos=False)
            return Converted(made=made, outcome=convert(source=root / "source", output=root / "nwb").outcomes[0])

        return shared_build(f"converted_{hashlib.sha256(repr(spec).encode()).hexdigest()[:16]}", converted)

    return build


@pytest.fixture
def convert_edited(tmp_path: Path) -> Callable[..., Converted]:
    """Converts a small session, made from the fields of a spec, after its struct was changed."""
    from converting import convert_one

    return partial(convert_one, tmp_path)


@pytest.fixture
def assemble_edited(tmp_path: Path) -> Callable[..., Assembled]:
    """The same as far as the NWBFile in memory: for what depends on neither writing nor verifying."""
    from converting import assemble_one

    return partial(assemble_one, tmp_path)


@pytest.fixture(scope="session")
def converted_default(convert_once: Callable[..., Converted]) -> Converted:
    """A small, well-behaved session, converted."""
    return convert_once()


@pytest.fixture(scope="session")
def converted_awkward(convert_once: Callable[..., Converted]) -> Converted:
    """The session AWKWARD, converted."""
    from made_sessions import AWKWARD

    return convert_once(AWKWARD)


@pytest.fixture(scope="session")
def converted_raw(shared_build: SharedBuilds) -> Converted:
    """A session with two whiskers, gaps, stacks, side images, registration files and videos, converted with them."""
    from converting import convert
    from made_sessions import Converted

    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.examples import demo_specs

    def converted(root: Path) -> Converted:
        made = write_session(root=root / "source", spec=demo_specs()[1])
        return Converted(made=made, outcome=convert(source=root / "source", output=root / "nwb").outcomes[0])

    return shared_build("converted_raw", converted)


@pytest.fixture(scope="session")
def converted_small_raw(shared_build: SharedBuilds) -> Converted:
    """A session of one small plane, with its stacks and videos: for what needs raw files, and no more of them."""
    from converting import SMALL, convert
    from made_sessions import Converted

    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.spec import SessionSpec

    spec = SessionSpec(**SMALL, n_trials=3, trials_without_whisker=(), arrays=("dff",))

    def converted(root: Path) -> Converted:
        made = write_session(root=root / "source", spec=spec)
        return Converted(made=made, outcome=convert(source=root / "source", output=root / "nwb").outcomes[0])

    return shared_build("converted_small_raw", converted)


@pytest.fixture(scope="session")
def converted_stub(shared_build: SharedBuilds) -> Converted:
    """A stub of a session of one small plane; its outcome's file is alone in its output."""
    from converting import SMALL, convert
    from made_sessions import Converted

    from ssc_to_nwb.testing.dataset import write_session
    from ssc_to_nwb.testing.spec import SessionSpec

    def converted(root: Path) -> Converted:
        made = write_session(root=root / "source", spec=SessionSpec(**SMALL, n_trials=8), raw=False, videos=False)
        result = convert(source=root / "source", output=root / "nwb", stub=True)
        return Converted(made=made, outcome=result.outcomes[0])

    return shared_build("converted_stub", converted)


@pytest.fixture(scope="session")
def zarr_store(converted_small_raw: Converted, shared_build: SharedBuilds) -> tuple[Path, str]:
    """The file of `converted_small_raw` as a store alone in its folder, and what the command printed.

    It was exported with no variable of zarr or numcodecs in the environment.
    """
    file = converted_small_raw.path

    def exported(root: Path) -> tuple[Path, str]:
        store = root / file.with_suffix(".nwb.zarr").name
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUMCODECS", "ZARR"))}
        command = [sys.executable, "-m", "ssc_to_nwb.cli.main", "export-zarr", str(file), str(store)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return store, done.stdout

    return shared_build("zarr_store", exported)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands convert in this process, as in one that may have none of its own."""
    from ssc_to_nwb import process_start
    from ssc_to_nwb.run import workers

    daemon = SimpleNamespace(current_process=lambda: SimpleNamespace(daemon=True))
    monkeypatch.setattr(workers, "multiprocessing", daemon)
    monkeypatch.setattr(process_start, "load_ahead", lambda *_: None)


@pytest.fixture(scope="session")
def opened_default(converted_default: Converted) -> Iterator[OpenedSession]:
    """The file of `converted_default`, open; not to be changed, as the others here."""
    yield from _opened(converted_default.path)


@pytest.fixture(scope="session")
def opened_awkward(converted_awkward: Converted) -> Iterator[OpenedSession]:
    """The file of `converted_awkward`, open."""
    yield from _opened(converted_awkward.path)


@pytest.fixture(scope="session")
def opened_raw(converted_raw: Converted) -> Iterator[OpenedSession]:
    """The file of `converted_raw`, open: the session with everything in it."""
    yield from _opened(converted_raw.path)


@pytest.fixture(scope="session")
def nwb_default(opened_default: OpenedSession) -> NWBFile:
    """The NWBFile of `converted_default`, read with pynwb."""
    return opened_default.nwbfile


@pytest.fixture(scope="session")
def nwb_awkward(opened_awkward: OpenedSession) -> NWBFile:
    """The NWBFile of `converted_awkward`, read with pynwb."""
    return opened_awkward.nwbfile


@pytest.fixture(scope="session")
def nwb_raw(opened_raw: OpenedSession) -> NWBFile:
    """The NWBFile of `converted_raw`, read with pynwb."""
    return opened_raw.nwbfile


def _opened(path: Path) -> Iterator[OpenedSession]:
    from ssc_to_nwb.reading.opened_session import open_nwb_session

    with open_nwb_session(path) as session:
        yield session
