"""The common ground of this project's neuroconv data interfaces.

An interface is made either from a session file, alone (`SomeInterface(file_path=...)`, as neuroconv does it), or from a
`SessionContext` that several share (`SomeInterface.from_context(context)`), so that the file is read once.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from neuroconv import BaseDataInterface
from neuroconv.utils import DeepDict
from pydantic import FilePath
from pynwb import NWBFile

from ssc_to_nwb.data_types.session.interface import neuroconv_metadata
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.session.raw_data import RawData


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPlace:
    """Where the videos are put while the file is built, the name the folder will have, and whether links will do."""

    folder: Path
    final_name: str
    link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a conversion knows besides the session: its raw files, None without any, and how it writes them.

    chunk_mb: size of a chunk of frames before compression, in 2^20 bytes.
    """

    raw: RawData | None
    video_place: VideoPlace
    chunk_mb: float


class SessionInterface(BaseDataInterface):
    """Adds one data type of a session file to an NWBFile.

    file_path: the session file; metadata_file_paths: YAML files laid on top of the data set's own metadata.
    """

    keywords = ("CRCNS ssc-1", "CRCNS ssc-2", "barrel cortex")
    associated_suffixes = (".mat",)

    def __init__(
        self, file_path: FilePath, metadata_file_paths: list[FilePath] | None = None, verbose: bool = False
    ) -> None:
        super().__init__(verbose=verbose, file_path=str(file_path), metadata_file_paths=metadata_file_paths)
        files = [Path(path) for path in metadata_file_paths or ()]
        self.context = load_context(Path(file_path), metadata_files=files)

    @classmethod
    def from_context(cls, context: SessionContext) -> Self:
        """An interface over a session that is loaded already."""
        interface = cls.__new__(cls)
        BaseDataInterface.__init__(interface, file_path=str(context.session.path))
        interface.context = context
        return interface

    @classmethod
    def in_conversion(cls, context: SessionContext, conversion: Conversion) -> Self:  # noqa: ARG003
        """The interface as a conversion of this package uses it."""
        return cls.from_context(context)

    def get_metadata(self) -> DeepDict:
        """neuroconv's metadata with NWBFile and Subject filled in from the session and the metadata files."""
        metadata = super().get_metadata()
        metadata.deep_update(neuroconv_metadata(self.context))
        return metadata

    def add_to_nwbfile(self, nwbfile: NWBFile, metadata: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Add the data to the file. `metadata` is neuroconv's; what it holds is used when the file is made."""
        self.add(nwbfile)

    @abstractmethod
    def add(self, nwbfile: NWBFile) -> None:
        """Add the data to the file."""
