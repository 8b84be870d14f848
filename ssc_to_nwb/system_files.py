"""Files that macOS and Windows leave beside data: they are known by their names, whatever they seem to be otherwise."""

from __future__ import annotations

from collections.abc import Iterable

REASON = "left there by macOS or Windows, not part of the data"

# macOS keeps what another file system cannot hold of a file `x` in a twin `._x`.
_TWIN_PREFIX = "._"
_NAMES = frozenset(
    name.casefold()
    for name in (
        ".DS_Store", ".AppleDouble", ".LSOverride", ".Spotlight-V100", ".Trashes", ".fseventsd", ".TemporaryItems",
        ".DocumentRevisions-V100", ".VolumeIcon.icns", ".apdisk", "Icon\r", "__MACOSX",
        "Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information",
    )
)  # fmt: skip


def is_system_name(name: str) -> bool:
    """Whether a file or folder of this name is the system's own, with all that is in it."""
    return name.startswith(_TWIN_PREFIX) or name.casefold() in _NAMES


def is_system_path(parts: Iterable[str]) -> bool:
    """Whether a path, given by its parts below the folder that was searched, leads to such a file."""
    return any(is_system_name(part) for part in parts)
