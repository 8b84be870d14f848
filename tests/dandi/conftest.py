"""The fixtures of the archive tests."""

from archive_fixtures import *  # noqa: F403
