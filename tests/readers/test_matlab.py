"""What MatNWB and MATLAB ask of a file, as far as that can be seen without MATLAB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import h5py
import pynwb
import pytest
from made_sessions import Converted

# MATLAB's iskeyword(), and the words that begin blocks of a class.
RESERVED = re.compile(
    "break|case|catch|classdef|continue|else|elseif|end|for|function|global|if|otherwise|parfor|persistent|return|spmd|"
    "switch|try|while|properties|methods|events|enumeration"
)
LONGEST_NAME = 63
"""MATLAB's namelengthmax."""


@pytest.fixture(params=["default", "awkward", "raw"])
def file(request: pytest.FixtureRequest) -> Iterator[h5py.File]:
    converted: Converted = request.getfixturevalue(f"converted_{request.param}")
    with h5py.File(converted.path) as opened:
        yield opened


def names_of(file: h5py.File) -> dict[str, str]:
    """Last part of the path of every object but the copy of the schema, with the path."""
    paths: list[str] = []
    file.visit(paths.append)
    return {path: path.rsplit("/")[-1] for path in paths if path.split("/")[0] != "specifications"}


def test_names_are_identifiers_of_matlab(file: h5py.File) -> None:
    names = names_of(file)
    assert len(names) > 100
    assert [path for path, name in names.items() if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name)] == []
    assert [path for path, name in names.items() if len(name) > LONGEST_NAME] == []
    # The name of this one is NWB's own; the page says what MatNWB makes of it.
    assert [path for path, name in names.items() if RESERVED.fullmatch(name)] == ["events"]


def test_the_file_has_the_schema_that_it_names(file: h5py.File) -> None:
    assert file.attrs["nwb_version"] == "2.11.0"
    specifications = file[file.attrs[".specloc"]] if ".specloc" in file.attrs else file["specifications"]
    assert list(specifications["core"]) == ["2.11.0"]
    assert {"core", "hdmf-common"} <= set(specifications)
    types = {one.attrs["namespace"] for one in map(file.get, names_of(file)) if one and "namespace" in one.attrs}
    assert types <= set(specifications)


def test_no_compound_holds_references(file: h5py.File) -> None:
    compounds = {
        path: dataset.dtype
        for path, dataset in ((path, file.get(path)) for path in names_of(file))
        if isinstance(dataset, h5py.Dataset) and dataset.dtype.names
    }
    assert {path.rsplit("/")[-1] for path in compounds} == {"pixel_mask"}
    for dtype in compounds.values():
        assert [h5py.check_ref_dtype(dtype[name]) for name in dtype.names] == [None] * 3


def test_the_page_names_the_schema_that_is_written() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "open_in_tools.md").read_text(encoding="utf-8")
    written = pynwb.get_type_map().namespace_catalog.get_namespace("core").version
    assert f"NWB schema {written.rsplit('.', 1)[0]} " in page
