"""What there is to do for one session; light to import, so that a run can be planned without the libraries it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ssc_to_nwb.options.conversion import ConversionOptions
from ssc_to_nwb.source_files.session_files import SessionFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTask:
    """Everything needed to convert one session, wherever that is done; can be pickled."""

    session_file: SessionFile
    output: Path
    metadata_files: tuple[Path, ...] = ()
    options: ConversionOptions = field(default_factory=ConversionOptions)
