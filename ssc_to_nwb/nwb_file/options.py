"""How a session is to be converted: one frozen object for the whole run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RawMode = Literal["auto", "require", "skip"]
CompressionName = Literal["fast", "small", "none"]
VerifyMode = Literal["full", "sample", "off"]
# Chunks of frames before compression, in 2^20 bytes.
DEFAULT_CHUNK_MB = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionOptions:
    """Options of a conversion.

    raw: `auto` takes the raw files that are there, `require` fails where a listed one is missing, `skip` takes none;
    keep_going: damaged raw files become gaps with a warning, instead of an error;
    compression: `fast` (ISA-L), `small` (zlib at its densest), `none`; chunk_mb: size of a chunk of frames before
    compression, in 2^20 bytes; workers: threads; memory_mb: room for frames on their way, in 2^20 bytes;
    verify: compare the written file with its source, `full` every value and frame, `sample` all but the frames and a
    part of those, `off` nothing; stub: a few trials only; overwrite: replace an existing file;
    allow_unmapped: keep source fields that nobody knows verbatim, instead of an error; link_videos: make the videos of
    the output hard links to those of the source, where the file system allows, instead of copies.
    """

    raw: RawMode = "auto"
    keep_going: bool = False
    compression: CompressionName = "fast"
    chunk_mb: float = DEFAULT_CHUNK_MB
    workers: int = 2
    memory_mb: float = 256.0
    verify: VerifyMode = "full"
    stub: bool = False
    overwrite: bool = False
    allow_unmapped: bool = False
    link_videos: bool = False
