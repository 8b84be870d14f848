"""The page of metadata keys, made from the schema of the metadata files."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

from doc_pages.markdown import page, table, text
from ssc_to_nwb.metadata import model
from ssc_to_nwb.metadata.loader import schema as metadata_schema

_INTRODUCTION = """\
What the session files do not say comes from YAML files. The project has one for each data set, `metadata/ssc-1.yaml`
and `metadata/ssc-2.yaml`, and names the source of each fact in them. Put a file of your own on top with
`--metadata FILE`:

```yaml
dataset: {doi: "10.6080/..."}
subjects:
  an197522:
    subject: {genotype: wild type}
sessions:
  an197522_2013_03_08:
    subject: {weight: 21 g}
    session: {time_of_experiment: 15:45:46}
```

A value for one session wins over one for its animal, and that over one for all. The last `--metadata` file wins over
the ones before it. `extends: ssc-1`, or `extends:` and the path of another file, puts a file on top of that one.
Values are read as the text in the file (`15:45:46` is a time), and checked before the first session begins. An
unknown key is an error; the name of an animal or session that the source does not have, a warning. Keys without a
default are in the packaged files."""


def metadata_page() -> str:
    """The whole page."""
    schema = metadata_schema(model.Metadata).json_schema()
    sections = [_INTRODUCTION]
    for name, entry in schema["properties"].items():
        section = _resolved(entry, schema)
        if "properties" not in section:
            continue
        rows = list(_rows(section, schema, prefix=f"{name}."))
        # Only newer pydantic has the docstrings of dataclasses in its schema.
        introduction = text(inspect.getdoc(getattr(model, section["title"])) or "")
        sections += [f"## {name}", introduction, table(("Key", "Form", "Default", "What"), rows)]
    sections += [
        "## dandiset",
        "Fields of the dandiset, in the archive's own schema. `ssc-to-nwb dandiset --help` says which of them to give.",
        "## sources",
        "Where each fact comes from, by dotted key; a key covers everything below it.",
    ]
    return page("Metadata keys", *sections)


def _rows(section: dict[str, Any], schema: dict[str, Any], *, prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for key, entry in section["properties"].items():
        resolved = _resolved(entry, schema)
        if "properties" in resolved:
            yield from _rows(resolved, schema, prefix=f"{prefix}{key}.")
            continue
        values = resolved.get("additionalProperties")
        if isinstance(values, dict) and "properties" in _resolved(values, schema):
            yield from _rows(_resolved(values, schema), schema, prefix=f"{prefix}{key}.<name>.")
            continue
        yield f"`{prefix}{key}`", _form(resolved, schema), _default(entry), text(entry.get("description", ""))


def _resolved(entry: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The entry itself, behind a reference or a choice between it and null."""
    choices = [one for one in entry.get("anyOf", []) if one.get("type") != "null"]
    if len(choices) == 1:
        return _resolved(choices[0], schema)
    if "$ref" in entry:
        name = entry["$ref"].rpartition("/")[2]
        return dict(schema["$defs"][name])
    return entry


def _form(entry: dict[str, Any], schema: dict[str, Any]) -> str:
    if "enum" in entry:
        return ", ".join(f"`{one}`" for one in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    kind = entry.get("type", "text")
    if kind == "array":
        item = entry.get("items") or entry["prefixItems"][0]
        return f"list of {_form(_resolved(item, schema), schema)}"
    if kind == "object":
        return f"mapping to {_form(_resolved(entry.get('additionalProperties', {}), schema), schema)}"
    names = {"string": "text", "integer": "whole number", "boolean": "`true`, `false`"}
    return names.get(kind, kind)


def _default(entry: dict[str, Any]) -> str:
    if "default" not in entry:
        return ""
    default = entry["default"]
    if default is None:
        return "none"
    if default in ([], {}, ""):
        return "empty"
    shown = json.dumps(default, ensure_ascii=False) if isinstance(default, bool | list) else str(default)
    return f"`{shown}`".replace("|", "\\|")
