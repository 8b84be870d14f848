"""Figures of the page: inline SVG in the page's colours."""

from __future__ import annotations

import re

import pytest

from ssc_to_nwb.report import palette
from ssc_to_nwb.report.blocks import Picture
from ssc_to_nwb.report.figure import page_figure, picture


def _line(name: str) -> Picture:
    with page_figure(height=2.0) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=palette.LEFT, label="line")
        axes.set_xlabel("time (s)")
        axes.legend()
        return picture(figure, name=name, alt='a "line" & more')


def test_colours_become_variables() -> None:
    svg = _line("one").svg
    assert "var(--left)" in svg
    assert "var(--ink)" in svg
    assert not any(light in svg for light, _ in palette.THEME.values())


def test_ids_have_the_name_of_the_figure_and_references_follow() -> None:
    svg = _line("one").svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert ids
    assert all(name.startswith("one-") for name in ids)
    assert len(ids) == len(set(ids))
    references = re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', svg)
    assert references
    assert set(references) <= set(ids)
    assert not set(ids) & set(re.findall(r'\bid="([^"]+)"', _line("two").svg))


def test_text_stays_text_and_the_alternative_is_escaped() -> None:
    svg = _line("one").svg
    assert ">time (s)</text>" in svg
    assert 'aria-label="a &#34;line&#34; &amp; more"' in svg


def test_the_same_figure_gives_the_same_picture() -> None:
    assert _line("one").svg == _line("one").svg


def test_the_style_of_the_page_stays_with_the_page() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    _line("one")
    assert dict(mpl.rcParams) == before


def test_every_colour_has_a_dark_one() -> None:
    for name, (light, dark) in palette.THEME.items():
        assert light != dark
        assert f"--{name}: {light};" in palette.css_variables(dark=False)
        assert f"--{name}: {dark};" in palette.css_variables(dark=True)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("place", "page"), [(0, "#ffffff"), (1, "#1f1f1d")])
def test_what_carries_meaning_contrasts_with_the_page(place: int, page: str) -> None:
    for name, colours in palette.THEME.items():
        if name in ("grid", "pole"):  # backgrounds
            continue
        high, low = sorted((_luminance(colours[place]), _luminance(page)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 3.0, name
