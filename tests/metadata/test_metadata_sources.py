"""Every fact of the packaged metadata says where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from typing import Any, get_type_hints

import pytest
import yaml

from ssc_to_nwb.metadata.model import Metadata, SourceFacts
from ssc_to_nwb.metadata.text_file import metadata_folder


def read(name: str) -> dict[str, Any]:
    loaded = yaml.safe_load((metadata_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from leaves(child, f"{path}.{key}" if path else str(key))
    else:
        yield path


def covered(path: str, sources: dict[str, str]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:length]) in sources for length in range(1, len(parts) + 1))


@pytest.mark.parametrize("name", ["ssc-1", "ssc-2"])
def test_every_leaf_has_a_source(name: str) -> None:
    content = read(name)
    sources = content.pop("sources")
    content.pop("extends", None)
    assert [path for path in leaves(content) if not covered(path, sources)] == []
    assert all(text.strip() for text in sources.values())


@pytest.mark.parametrize("name", ["ssc-1", "ssc-2"])
def test_no_source_is_of_a_key_that_does_not_exist(name: str) -> None:
    for path in read(name)["sources"]:
        section, *rest = path.split(".")
        assert section in get_type_hints(Metadata)
        model = get_type_hints(Metadata)[section]
        if rest and is_dataclass(model):
            assert rest[0] in get_type_hints(model), path


def test_every_open_fact_that_the_code_decides_is_a_key_with_a_default() -> None:
    assert set(read("ssc-1")["assumptions"]) == {
        "timezone", "clock_zero_offset_s", "time_of_experiment", "touch_sample_ms", "corners_first_index",
        "motor_steps_per_mm", "green_page_first", "channels_per_frame",
    }  # fmt: skip
    assert set(read("ssc-1")["source"]) == {
        "variable_names", "array_kinds", "fov_pattern", "video_pattern", "video_running_pattern", "video_trials",
        "text_encoding",
    }  # fmt: skip


def test_the_reader_of_session_files_alone_goes_by_the_same_defaults() -> None:
    assert read("ssc-1")["source"] == json.loads(json.dumps(asdict(SourceFacts())))


def test_the_files_hold_all_that_the_schema_knows_of_assumptions() -> None:
    content = read("ssc-1")
    for section in ("assumptions", "source"):
        model = get_type_hints(Metadata)[section]
        assert set(content[section]) == {one.name for one in fields(model)}
