"""Texts of an NWB file are shown in a page as they are, and never as its HTML."""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path

import h5py
import pytest

from ssc_to_nwb.api.reporting import report

MARKUP = "<script>alert('&')</script>"
PLACES = (
    "/intervals/trials",
    "/processing/behavior",
    "/processing/ophys",
    "/general/optophysiology",
    "/general/devices",
)
#: What makes a file NWB, and by which texts objects are found in it.
KEPT = frozenset({"neurodata_type", "namespace", "object_id", "colnames", "help", "unit", "nwb_version"})


def with_markup(file: h5py.File, place: str) -> None:
    """Append markup to every text of an object and of what is in it."""

    def change(_: str, item: h5py.Group | h5py.Dataset) -> None:
        for name, value in item.attrs.items():
            if isinstance(value, str) and name not in KEPT:
                item.attrs[name] = f"{value}{MARKUP}"
        if isinstance(item, h5py.Dataset) and h5py.check_string_dtype(item.dtype) and item.ndim == 1:
            item[...] = [f"{text}{MARKUP}" for text in item.asstr()[()]]

    change("", file[place])
    if isinstance(file[place], h5py.Group):
        file[place].visititems(change)


@pytest.mark.long
def test_markup_of_trials_whiskers_and_rois_is_text(converted_default, tmp_path: Path) -> None:
    path = Path(shutil.copy(converted_default.outcome.output, tmp_path))
    with h5py.File(path, "r+") as file:
        for place in PLACES:
            with_markup(file, place)
    result = report(files=[path], output=tmp_path / "report")
    pages = [page.read_text(encoding="utf-8") for page in (tmp_path / "report").rglob("*.html")]
    assert len(pages) > 1 and result is not None
    assert not any("<script>alert" in page for page in pages)
    assert any(escape(MARKUP, quote=False)[:20] in page for page in pages)
