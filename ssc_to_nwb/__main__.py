"""The command `ssc-to-nwb`, and `python -m ssc_to_nwb` where that is not on PATH."""

from __future__ import annotations

import sys

# With these, nothing is converted in processes of this command's own.
_WITHOUT_PROCESSES = ("--dask", "--dry-run", "-h", "--help")
# What shells give a program that Ctrl-C ended.
_INTERRUPTED_STATUS = 130


def main() -> None:
    """Run the command line. Nothing is loaded before this: Ctrl-C may come while the rest of the program is."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(_INTERRUPTED_STATUS)


def _run() -> None:
    """Run the command line. `convert SOURCE OUTPUT` begins to load what converts before all that reads its options."""
    match sys.argv[1:]:
        case ["convert", source, output, *options] if not (
            output.startswith("-") or any(option.startswith(_WITHOUT_PROCESSES) for option in options)
        ):
            from pathlib import Path

            from ssc_to_nwb.process_start import load_ahead

            load_ahead(Path(source), Path(output))
    from ssc_to_nwb.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main()
