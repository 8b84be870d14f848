"""A file says where it comes from: source files with hashes, tool, options, metadata, and the ledger in short."""

from __future__ import annotations

import hashlib
import json

import h5py
import numpy as np
from made_sessions import Converted, source_table

from ssc_to_nwb._version import __version__
from ssc_to_nwb.api.verification import read_ledger
from ssc_to_nwb.source_files.checksums import sha256_of


def values_of(converted: Converted) -> dict[str, str]:
    table = source_table(converted.path, "provenance")
    return dict(zip(table["item"], table["value"], strict=True))


def test_tool_options_and_metadata_are_recorded(converted_default: Converted):
    values = values_of(converted_default)
    assert (values["tool"], values["tool_version"]) == ("ssc_to_nwb", __version__)
    assert values["source_variable"] == "s"
    assert json.loads(values["options"]) == {"keep_going": False, "raw": "auto", "stub": False}
    metadata = json.loads(values["metadata"])
    assert metadata["imaging"]["location"] == "SSp-bfd"
    assert metadata["assumptions"]["timezone"] == "America/New_York"
    assert values["metadata_sha256"] == hashlib.sha256(values["metadata"].encode()).hexdigest()


def test_ledger_is_in_short_form(converted_default: Converted):
    values = values_of(converted_default)
    ledger = read_ledger(file=converted_default.path)
    assert json.loads(values["ledger"]) == ledger.summary()
    assert json.loads(values["ledger_rules"]) == dict(ledger.by_rule())


def test_source_files_have_sizes_and_hashes(converted_default: Converted):
    mat = converted_default.made.mat_path
    table = source_table(converted_default.path, "source_files")
    first = table.iloc[0]
    assert (first["role"], first["path"], first["bytes"]) == ("session file", mat.name, mat.stat().st_size)
    assert first["sha256"] == sha256_of(mat)


def test_no_path_of_the_machine_is_in_the_file(converted_default: Converted):
    root = str(converted_default.made.root.parent)
    found: list[str] = []

    def look(name: str, item: h5py.Dataset | h5py.Group) -> None:
        texts = [value for value in item.attrs.values() if isinstance(value, str)]
        if isinstance(item, h5py.Dataset) and h5py.check_string_dtype(item.dtype):
            texts += np.atleast_1d(item.asstr()[()]).reshape(-1).tolist()
        found.extend(name for text in texts if root in text)

    with h5py.File(converted_default.path) as file:
        file.visititems(look)
    assert found == []
    assert root not in (converted_default.path.parent.parent / ".ssc-to-nwb").joinpath(
        f"{converted_default.path.stem}.ledger.json"
    ).read_text(encoding="utf-8")
