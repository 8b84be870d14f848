"""The common ground of this project's neuroconv data interfaces.

An interface is made either from a session file, alone (`SomeInterface(file_path=...)`, as neuroconv does it), or from a
`SessionContext` that several share (`SomeInterface.from_context(context)`), so that the file is read once. One that
takes raw files also knows the folder they lie in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from neuroconv import BaseDataInterface
from neuroconv.utils import DeepDict
from pydantic import DirectoryPath, FilePath
from pynwb import NWBFile

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import Sources
from ssc_to_nwb.data_types.from_layout import add_objects
from ssc_to_nwb.data_types.session.interface import neuroconv_metadata
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.source_files.session_files import find_session_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a conversion knows besides the session.

    Attributes
    ----------
    raw : RawData or None
        The session's raw files; None without any.
    videos, videos_name : Path, str
        The folder of the videos while the file is built, and the name that it will have.
    link_videos : bool
        Whether hard links will do in place of copies.
    chunk_mb : float
        Size of a chunk of frames before compression, in 2^20 bytes.
    """

    raw: RawData | None
    videos: Path
    videos_name: str
    link_videos: bool
    chunk_mb: float


class SessionInterface(BaseDataInterface):
    """Adds one data type of a session file to an NWBFile.

    Made as neuroconv does it, it reads the session file by itself; `from_context` shares one that is loaded already.

    Parameters
    ----------
    file_path : path
        The session file.
    metadata_file_paths : list of path, optional
        YAML files on top of the dataset's own metadata.
    verbose : bool, default False
        As neuroconv has it.

    Attributes
    ----------
    raw : RawData or None
        The raw files, of an interface that takes them.
    """

    keywords = ("CRCNS ssc-1", "CRCNS ssc-2", "barrel cortex")
    associated_suffixes = (".mat",)
    raw: RawData | None = None

    def __init__(
        self, file_path: FilePath, metadata_file_paths: list[FilePath] | None = None, verbose: bool = False
    ) -> None:
        super().__init__(verbose=verbose, file_path=str(file_path), metadata_file_paths=metadata_file_paths)
        files = [Path(path) for path in metadata_file_paths or ()]
        self.context = load_context(Path(file_path), metadata_files=files)

    @classmethod
    def from_context(cls, context: SessionContext, raw: RawData | None = None) -> Self:
        """An interface over a session, and raw files, that are opened already.

        Parameters
        ----------
        context : SessionContext
            Shared with other interfaces; its log takes the warnings.
        raw : RawData, optional
            From `open_raw_data`. An interface of raw files adds nothing where there are none.

        Returns
        -------
        Self
            It opens nothing again.
        """
        interface = cls.__new__(cls)
        BaseDataInterface.__init__(interface, file_path=str(context.session.path))
        interface.context, interface.raw = context, raw
        return interface

    @classmethod
    def in_conversion(cls, context: SessionContext, conversion: Conversion) -> Self:
        """The interface as a conversion of this package uses it, over the session that it shares."""
        return cls.from_context(context, conversion.raw)

    def get_metadata(self) -> DeepDict:
        """neuroconv's metadata with NWBFile and Subject filled in from the session and the metadata files."""
        metadata = super().get_metadata()
        metadata.deep_update(neuroconv_metadata(self.context))
        return metadata

    def add_to_nwbfile(self, nwbfile: NWBFile, metadata: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Add the data to the file; what `metadata` holds is used when the file is made, not here."""
        self.add(nwbfile)

    @property
    def sources(self) -> Sources:
        """What the interface adds is made from."""
        return Sources(context=self.context, raw=self.raw, log=self.context.log)

    def add(self, nwbfile: NWBFile) -> None:
        """Add what the layout beside the interface declares with its values: plain time series, tables and images.

        An interface that links to objects of another (time stamps, ROIs) is added after it, or makes its own. The
        context's log takes the warnings.
        """
        module = next(one.__module__ for one in type(self).__mro__ if one.__module__.endswith(".interface"))
        add_objects(
            nwbfile, registry.DataType(module.removesuffix(".interface")).get("layout", "objects")(self.sources)
        )


class RawInterface(SessionInterface):
    """Adds one data type of a session's raw files to an NWBFile.

    Parameters
    ----------
    folder_path : path, optional
        The folder of the session's raw files; looked for beside the session file where None.
    """

    associated_suffixes = (".mat", ".tif", ".mp4")  # type: ignore[assignment]

    def __init__(
        self,
        file_path: FilePath,
        folder_path: DirectoryPath | None = None,
        metadata_file_paths: list[FilePath] | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(file_path=file_path, metadata_file_paths=metadata_file_paths, verbose=verbose)
        folder = find_session_files(Path(file_path))[0].raw_folder if folder_path is None else Path(folder_path)
        self.raw = open_raw_data(self.context, raw_folder=folder, mode="auto", keep_going=False, log=self.context.log)
