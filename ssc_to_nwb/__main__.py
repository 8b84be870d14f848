"""`python -m ssc_to_nwb`: the command line, where the installed command is not on PATH."""

from ssc_to_nwb.cli.main import main

if __name__ == "__main__":
    main()
