"""`ssc-to-nwb export-zarr`: an NWB file as a Zarr store."""

from __future__ import annotations

from typing import Any

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, options_of, quiet_option, written_to
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.options.files import ExportRequest
from ssc_to_nwb.quantities import bytes_text, plural, seconds_text

_EXAMPLES = """Examples:

\b
  ssc-to-nwb export-zarr FILE.nwb FILE.nwb.zarr
  ssc-to-nwb digest FILE.nwb FILE.nwb.zarr
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=NamedPath(exists=True))
@written_to("store", place=NamedPath(), what="The store to write")
@options_of(ExportRequest)
@json_option
@quiet_option
def command(*, as_json: bool, quiet: bool, **options: Any) -> None:
    """Export the NWB file FILE as the Zarr store STORE, a folder of the same content (extra `zarr`).

    The store gets its name only when the digests of all objects of FILE and STORE are equal. Videos are not copied:
    their paths are relative to the folder of FILE, so put STORE there too.
    """
    from ssc_to_nwb.api.zarr_export import export_zarr

    result = export_zarr(**options)
    if as_json:
        print_result(result.as_dict())
    elif not quiet:
        echo(
            f"{plural(result.objects, 'object')} exported and compared, {bytes_text(result.store_bytes)}, "
            f"in {seconds_text(result.seconds)}"
        )
        echo(f"  {result.store}")
        echo(f"  digest {result.digest}")
