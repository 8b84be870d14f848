"""The pages in a real browser: no complaint, working links, phone, dark, print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from headless_browser import Browser, find_chromium, open_browser
from PIL import Image

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium or Chrome on this machine")
    with open_browser(chromium) as opened:
        yield opened


def _look(browser: Browser, page: Path, folder: Path, **view) -> np.ndarray:
    """Pixels of the page, (rows, columns, 3), 0 to 255."""
    browser.view(**view)
    browser.open(page.as_uri())
    browser.screenshot(folder / "look.png")
    return np.asarray(Image.open(folder / "look.png").convert("RGB"), dtype=np.float64)


@pytest.mark.parametrize("number", range(4))
def test_the_browser_has_nothing_to_complain_of(browser: Browser, pages: tuple[Path, ...], number: int) -> None:
    browser.complaints.clear()
    browser.view(width=1200)
    browser.open(pages[number].as_uri())
    assert browser.complaints == []


def test_a_complaint_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        "<script>console.error('noticed'); undefinedFunction()</script><img src='http://127.0.0.1:9/x.png'>"
    )
    browser.complaints.clear()
    browser.open(page.as_uri())
    text = " ".join(browser.complaints)
    browser.complaints.clear()
    assert "noticed" in text
    assert "127.0.0.1:9" in text
    assert "Uncaught" in text


def test_every_picture_is_drawn(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=1200)
    browser.open(pages[1].as_uri())
    assert browser.evaluate("document.querySelectorAll('svg[role=img]').length") >= 10
    empty = "[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().height < 50).length"
    assert browser.evaluate(empty) == 0
    broken = """Promise.all([...document.querySelectorAll('svg image')].map(image => {
        const picture = new Image(); picture.src = image.href.baseVal;
        return picture.decode().then(() => 0, () => 1);
    })).then(found => found.reduce((a, b) => a + b, 0))"""
    assert browser.evaluate(broken) == 0


def test_links_of_the_sections_lead_to_them(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=1200)
    browser.open(pages[1].as_uri())
    browser.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    for place in range(browser.evaluate("document.querySelectorAll('nav a').length")):
        browser.evaluate(f"document.querySelectorAll('nav a')[{place}].click()")
        anchor = browser.evaluate("location.hash.slice(1)")
        top = browser.evaluate(f"document.getElementById('{anchor}').getBoundingClientRect().top")
        at_end = browser.evaluate("innerHeight + scrollY >= document.documentElement.scrollHeight - 2")
        assert -2 <= top < 120 or at_end, anchor


def test_the_index_leads_to_a_page_and_back(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=1200)
    browser.open(pages[0].as_uri())
    addresses = browser.evaluate("[...document.querySelectorAll('h2 a')].map(a => a.href)")
    assert len(addresses) == 3
    browser.open(addresses[0])
    assert browser.evaluate("document.querySelector('h1').textContent") == "an900002, 2013-12-02"
    browser.open(browser.evaluate("document.querySelector('.back a').href"))
    assert browser.evaluate("document.title") == "Sessions"


@pytest.mark.parametrize("width", [360, 390, 768, 1200])
def test_nothing_sticks_out_sideways(browser: Browser, pages: tuple[Path, ...], width: int) -> None:
    browser.view(width=width)
    for page in pages:
        browser.open(page.as_uri())
        assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_texts_of_figures_stay_legible(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=390)
    browser.open(pages[1].as_uri())
    smallest = """Math.min(...[...document.querySelectorAll('figure.wide svg text')].map(
        text => text.getBoundingClientRect().height).filter(height => height > 0))"""
    assert browser.evaluate(smallest) >= 8


def test_dark_and_light(browser: Browser, pages: tuple[Path, ...], tmp_path: Path) -> None:
    light = _look(browser, pages[1], tmp_path, width=1200)
    dark = _look(browser, pages[1], tmp_path, width=1200, dark=True)
    assert light.shape == dark.shape
    assert np.median(light) > 240
    assert np.median(dark) < 45
    # Lines and texts must not vanish: on either page a good part of the pixels contrasts with the background.
    for pixels in (light, dark):
        grey = pixels.mean(axis=2)
        assert np.mean(np.abs(grey - np.median(grey)) > 80) > 0.03


def test_print_is_light_and_without_navigation(browser: Browser, pages: tuple[Path, ...], tmp_path: Path) -> None:
    pixels = _look(browser, pages[1], tmp_path, width=800, dark=True, media="print")
    assert np.median(pixels) > 240
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.view(width=1200)


def test_keyboard_reaches_what_scrolls(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=390)
    browser.open(pages[1].as_uri())
    unreachable = """[...document.querySelectorAll('figure.wide .scroll, .table')].filter(
        one => one.scrollWidth > one.clientWidth && one.tabIndex < 0).length"""
    assert browser.evaluate(unreachable) == 0


def _is_shown(browser: Browser, selector: str) -> bool:
    return bool(browser.evaluate(f"getComputedStyle(document.querySelector('{selector}')).display !== 'none'"))


def test_switches_of_a_plane_work_without_scripts(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=1200)
    browser.open(pages[1].as_uri())
    card = ".gallery figure:first-child"
    width = browser.evaluate(f"document.querySelector('{card}').getBoundingClientRect().width")
    assert not _is_shown(browser, f"{card} .plane .numbers")
    assert not _is_shown(browser, f"{card} .plane .c1")
    for name in ("numbers", "second", "large", "bare"):
        browser.evaluate(f"document.querySelector('{card} .switches label[for$=\"-{name}\"]').click()")
    assert _is_shown(browser, f"{card} .plane .numbers")
    assert _is_shown(browser, f"{card} .plane .c1")
    assert not _is_shown(browser, f"{card} .plane .rois")
    assert browser.evaluate(f"document.querySelector('{card}').getBoundingClientRect().width") > 1.8 * width


def test_planes_are_two_in_a_row_on_a_desktop_and_one_on_a_phone(browser: Browser, pages: tuple[Path, ...]) -> None:
    tops = "[...document.querySelectorAll('.gallery figure')].slice(0, 2).map(f => f.getBoundingClientRect().top)"
    for width, same in ((1200, True), (390, False)):
        browser.view(width=width)
        browser.open(pages[1].as_uri())
        first, second = browser.evaluate(tops)
        assert (abs(first - second) < 2) is same


def test_numbers_of_rois_are_on_paper(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=800, media="print")
    browser.open(pages[1].as_uri())
    assert _is_shown(browser, ".plane .numbers")
    assert not _is_shown(browser, ".switches")
    browser.view(width=1200)


def test_one_click_marks_the_methods_text(browser: Browser, pages: tuple[Path, ...]) -> None:
    browser.view(width=1200)
    browser.open(pages[1].as_uri())
    assert browser.evaluate("getComputedStyle(document.querySelector('.copy')).userSelect") == "all"
