"""Pages of the shared sessions, built once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from made_sessions import Converted
from shared_builds import SharedBuilds

from ssc_to_nwb.report.page import SessionPage


@pytest.fixture(scope="session")
def bare_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid NWB file with nothing in it."""
    from pynwb import NWBHDF5IO, NWBFile

    path = tmp_path_factory.mktemp("bare") / "bare.nwb"
    start = datetime(2013, 3, 8, tzinfo=UTC)
    with NWBHDF5IO(path, "w") as io:
        io.write(NWBFile(session_description="<b>bare</b> & empty", identifier="bare", session_start_time=start))
    return path


@pytest.fixture
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without the pictures of the trials, which take most of the time of a session that holds no more."""
    from ssc_to_nwb.report import page

    for section in ("performance_section", "cue_section"):
        monkeypatch.setattr(page, section, lambda _: iter(()))


# Pages as they were written, and the contents of the first file's.
Built = tuple[tuple[Path, ...], SessionPage]


@pytest.fixture(scope="session")
def built(converted_raw: Converted, converted_awkward: Converted, bare_file: Path, shared_build: SharedBuilds) -> Built:
    """The pages of the rich, the awkward and the bare file, drawn once for what is read of either."""
    from ssc_to_nwb.report import page

    files, right = (converted_raw.path, converted_awkward.path, bare_file), page.make_page

    def drawn(folder: Path) -> Built:
        made: list[SessionPage] = []

        def make_page(*given: Any, **named: Any) -> SessionPage:
            made.append(right(*given, **named))
            return made[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(page, "make_page", make_page)
            paths = page.build_pages(files, output=folder)
        return paths, made[0]

    return shared_build("pages", drawn)


@pytest.fixture(scope="session")
def rich_page(built: Built) -> SessionPage:
    """What is on the page of the rich session."""
    return built[1]


@pytest.fixture(scope="session")
def pages(built: Built) -> tuple[Path, ...]:
    """The index page, and the pages of the rich, the awkward and the bare file."""
    return built[0]
