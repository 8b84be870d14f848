"""Markup in the texts of a file is text in its page: of ROIs, trials, whiskers, the subject, and all else."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import h5py
import pytest
from made_sessions import Converted

from ssc_to_nwb.report.page import build_pages

ATTACK = "</title><script id='attack'>alert(1)</script>\"><img src=x onerror=alert(1)>'"


class Elements(HTMLParser):
    """Collects what a browser would run or fetch, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.dangerous: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        fetched = any(name in ("src", "href") and value == "x" for name, value in attrs)
        if tag in ("script", "iframe", "object") or fetched or any(name.startswith("on") for name, _ in attrs):
            self.dangerous.append(self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        """A text."""
        self.text += data


def elements(path: Path) -> Elements:
    parser = Elements()
    parser.feed(path.read_text(encoding="utf-8"))
    parser.close()
    return parser


def spoil_texts(file: h5py.File) -> None:
    """Put the attack into every text of the file that readers show, beside what it says."""

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        for attribute in ("description", "comments", "title"):
            if attribute in item.attrs:
                item.attrs[attribute] = f"{item.attrs[attribute]} {ATTACK}"
        is_text = isinstance(item, h5py.Dataset) and h5py.check_string_dtype(item.dtype) is not None
        if not is_text or name.startswith("specifications") or name.endswith(("_time", "_date")):
            return
        if name.startswith("general") or name in ("session_description", "identifier"):
            item[...] = ATTACK if item.shape == () else [ATTACK] * item.size
        elif name == "intervals/trials/trial_type":
            item[:] = [f"{text}{ATTACK}" for text in item.asstr()[:]]

    file.visititems(visit)


@pytest.fixture(scope="module")
def hostile_pages(converted_small_raw: Converted, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The index and the page of the file with the attack in all its texts, and in the names of a whisker's series."""
    folder = tmp_path_factory.mktemp("hostile")
    path = Path(shutil.copyfile(converted_small_raw.path, folder / "hostile.nwb"))
    with h5py.File(path, "r+") as file:
        spoil_texts(file)
        behavior = file["processing/behavior"]
        # Another series owns the time stamps, so that no link leads to this one.
        last = max(name for name in behavior if name.startswith("whisker_curvature_change_"))
        behavior.move(last, f"{last}<img src=x onerror=alert(1)>")
    return build_pages([path], output=folder / "pages")


def test_no_text_of_the_file_is_run_or_fetched(hostile_pages: tuple[Path, ...], pages: tuple[Path, ...]) -> None:
    """What pages have of their own, such as a script that sorts a table, those of other files have as well."""
    own = {danger for page in pages for danger in elements(page).dangerous}
    for page in hostile_pages:
        assert set(elements(page).dangerous) <= own


def test_the_texts_are_shown_as_they_are(hostile_pages: tuple[Path, ...]) -> None:
    shown = elements(hostile_pages[1]).text
    assert shown.count("<script id='attack'>alert(1)</script>") > 5
    assert "<img src=x onerror=alert(1)>" in shown
