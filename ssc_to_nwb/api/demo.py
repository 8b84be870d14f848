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
    """Where the made-up source lies, and what came of its conversion."""

    source: Path
    output: Path
    conversion: ConversionResult


def demo(*, output: Path | str, overwrite: bool = False, on_event: OnEvent | None = None) -> DemoResult:
    """Make a data set of two sessions in `output/source`, in the layout of ssc-1, and convert it to `output/nwb`.

    The source is made anew each time, always the same. Raises output-not-writable, disk-full.
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
