"""What can be asked of the commands that bring files to an archive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb.options.declare import argument, option, python_only
from ssc_to_nwb.options.sources import metadata_files

if TYPE_CHECKING:
    from ssc_to_nwb.dandi.dandiset_model import DandisetSection


@dataclass(frozen=True, kw_only=True)
class DandisetRequest:
    """What can be asked of `dandiset`."""

    output: Path | str = field(metadata=argument("The folder that `convert` wrote."))
    section: "DandisetSection | Mapping[str, Any] | None" = python_only(
        None,
        "The section `dandiset` of the metadata, already loaded. None: that of `<dataset>.yaml` with `metadata_files`.",
        kind="mapping",
    )
    dataset: Literal["ssc-1", "ssc-2"] = option(
        "ssc-1", "The dataset whose packaged metadata are used.", flags=("--data-set",)
    )
    metadata_files: Sequence[Path | str] = metadata_files()
    dandiset: str | None = option(None, "The dandiset's six digits, where it exists already.", metavar="ID")
