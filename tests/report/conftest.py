"""Pages of the shared sessions, built once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made_sessions import Converted
from shared_builds import SharedBuilds

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.report.page import SessionPage, make_page


@pytest.fixture(scope="session")
def rich_session(converted_raw: Converted) -> Iterator[NwbSession]:
    """The session with everything in it, open."""
    with open_nwb_session(converted_raw.path) as opened:
        yield opened


@pytest.fixture(scope="session")
def rich_page(rich_session: NwbSession, shared_build: SharedBuilds) -> SessionPage:
    """Its page."""
    return shared_build("rich_page", lambda _: make_page(rich_session))


@pytest.fixture(scope="session")
def bare_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid NWB file with nothing in it."""
    from pynwb import NWBHDF5IO, NWBFile

    path = tmp_path_factory.mktemp("bare") / "bare.nwb"
    start = datetime(2013, 3, 8, tzinfo=UTC)
    with NWBHDF5IO(path, "w") as io:
        io.write(NWBFile(session_description="<b>bare</b> & empty", identifier="bare", session_start_time=start))
    return path


@pytest.fixture(scope="session")
def pages(
    converted_raw: Converted, converted_awkward: Converted, bare_file: Path, shared_build: SharedBuilds
) -> tuple[Path, ...]:
    """The index page, and the pages of the rich, the awkward and the bare file."""
    from ssc_to_nwb.report.page import build_pages

    files = (converted_raw.path, converted_awkward.path, bare_file)
    return shared_build("pages", lambda folder: build_pages(files, output=folder))
