"""The fixtures of the archive tests, for the commands that talk to an archive."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "dandi"))

from archive_fixtures import *  # noqa: F403
