"""A small made-up data set, written and converted, for those without an account at the data set's host."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssc_to_nwb.api.conversion import ConversionResult
    from ssc_to_nwb.run.events import OnEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """The synthetic dataset, and the result of its conversion.

    Attributes
    ----------
    source, output : Path
        Folders of the dataset and of the NWB files.
    conversion : ConversionResult
        The result of the conversion.
    """

    source: Path
    output: Path
    conversion: ConversionResult


def demo(*, output: Path | str, overwrite: bool = False, on_event: OnEvent | None = None) -> DemoResult:
    """Make a synthetic dataset of two sessions in the layout of ssc-1, and convert it.

    Parameters
    ----------
    output : path or str
        Folder. The dataset goes to `output/source`, the NWB files to `output/nwb`. The dataset is the same every time.
    overwrite : bool
        Replace the NWB files of an earlier demo.
    on_event : callable, optional
        Called with each event of the conversion.

    Returns
    -------
    DemoResult
        Where everything is, and the result of the conversion.

    Raises
    ------
    SscError
        output-not-writable, disk-full.
    """
    from ssc_to_nwb.api.conversion import convert
    from ssc_to_nwb.problems.system_errors import system_errors_named
    from ssc_to_nwb.testing.dataset import write_dataset
    from ssc_to_nwb.testing.examples import demo_specs

    folder = Path(output)
    source, nwb = folder / "source", folder / "nwb"
    with system_errors_named(source):
        write_dataset(root=source, specs=demo_specs())
    conversion = convert(source=source, output=nwb, overwrite=overwrite, on_event=on_event)
    return DemoResult(source=source, output=nwb, conversion=conversion)
