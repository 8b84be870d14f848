"""The page of checks: what `validate` runs of this project, and which messages it accepts."""

from __future__ import annotations

from doc_pages.markdown import page, table, text
from ssc_to_nwb.validate.accept import packaged_file, read_entries
from ssc_to_nwb.validate.inspection import project_checks
from ssc_to_nwb.validate.project_check import kind_of

_INTRODUCTION = """\
`ssc-to-nwb validate` runs four things on each file:

1. pynwb's validation against the NWB schema that the file carries;
2. [NWB Inspector](https://nwbinspector.readthedocs.io) with DANDI's configuration;
3. DANDI's own rules for names, layout and metadata;
4. the checks of this project, below. They look at every value, where others look at samples."""
_ACCEPTED = """\
Some messages say nothing wrong about these data sets. The packaged list `metadata/inspector.yaml` names them with the
reason; `--accept FILE` adds a list of your own. An entry that matches no message is reported as well."""


def checks_page() -> str:
    """The whole page."""
    kinds = {kind.identifier: kind for kind in map(kind_of, project_checks()) if kind is not None}
    own = [
        (f"[`{kind.identifier}`](problems.md#{kind.identifier})", kind.severity.value, text(kind.title))
        for kind in kinds.values()
    ]
    accepted = [
        (f"`{entry.identifier}`", f"`{entry.path}`", text(entry.reason)) for entry in read_entries(packaged_file())
    ]
    return page(
        "Checks",
        _INTRODUCTION,
        "## Checks of this project",
        table(("Identifier", "Severity", "Finds"), own),
        "## Accepted messages",
        _ACCEPTED,
        table(("Message", "Object", "Why it is accepted"), accepted),
    )
