"""SHA-256 of files, read in blocks."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCK_BYTES = 4 * 2**20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; memory does not grow with the file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
