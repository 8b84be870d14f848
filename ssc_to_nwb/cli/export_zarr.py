"""`ssc-to-nwb export-zarr`: an NWB file as a Zarr store."""

from __future__ import annotations

from pathlib import Path

import click

from ssc_to_nwb.cli.options import NamedPath, json_option, quiet_option
from ssc_to_nwb.cli.output import print_result
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.quantities import bytes_text, plural, seconds_text

_EXAMPLES = """Examples:

\b
  ssc-to-nwb export-zarr FILE.nwb FILE.nwb.zarr
  ssc-to-nwb digest FILE.nwb FILE.nwb.zarr
"""


@click.command(epilog=_EXAMPLES)
@click.argument("file", type=NamedPath(exists=True))
@click.argument("store", required=False, type=NamedPath())
@click.option("-o", "--output", type=NamedPath(), help="The store to write, in place of the argument STORE.")
@click.option("--overwrite", is_flag=True, help="Replace a Zarr store that exists.")
@click.option("--workers", type=click.IntRange(min=1), help="Threads that compute digests.  [default: all processors]")
@json_option
@quiet_option
def command(
    file: Path,
    store: Path | None,
    *,
    output: Path | None,
    overwrite: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Export the NWB file FILE as the Zarr store STORE, a folder of the same content (extra `zarr`).

    The store gets its name only when the digests of all objects of FILE and STORE are equal. Videos are not copied:
    their paths are relative to the folder of FILE, so put STORE there too.
    """
    from ssc_to_nwb.api.zarr_export import export_zarr

    target = store or output
    if target is None or (store is not None and output is not None):
        raise click.UsageError("Give one STORE, as an argument or with -o.")
    result = export_zarr(file=file, store=target, overwrite=overwrite, workers=workers)
    if as_json:
        print_result(result.as_dict())
    elif not quiet:
        echo(
            f"{plural(result.objects, 'object')} exported and compared, {bytes_text(result.store_bytes)}, "
            f"in {seconds_text(result.seconds)}"
        )
        echo(f"  {result.store}")
        echo(f"  digest {result.digest}")
