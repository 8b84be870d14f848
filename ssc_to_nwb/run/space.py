"""Free space of the disk that a path is on, whether the path is there yet or not."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write where `path` is or will be. Raises OSError."""
    return shutil.disk_usage(existing_folder(path)).free


def existing_folder(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    for folder in (path, *path.absolute().parents):
        # Unlike `Path.is_dir`, this takes a name that is too long for one of nothing.
        if os.path.isdir(folder):  # noqa: PTH112
            return folder
    return Path(path.absolute().anchor)
