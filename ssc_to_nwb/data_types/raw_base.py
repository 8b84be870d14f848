"""The common ground of the interfaces that take raw files: a session, and the folder its raw files lie in."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import DirectoryPath, FilePath

from ssc_to_nwb.data_types.base import Conversion, SessionInterface
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.source_files.session_files import find_session_files


class RawInterface(SessionInterface):
    """Adds one data type of a session's raw files to an NWBFile.

    Parameters
    ----------
    folder_path : path, optional
        The folder of the session's raw files; looked for beside the session file where None.

    Attributes
    ----------
    raw : RawData or None
        From `open_raw_data`; None where there are no raw files.
    """

    associated_suffixes = (".mat", ".tif", ".mp4")  # type: ignore[assignment]
    raw: RawData | None

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

    @classmethod
    def from_raw(cls, context: SessionContext, raw: RawData | None) -> Self:
        """An interface over a session and raw files that are opened already.

        Parameters
        ----------
        context : SessionContext
            The session.
        raw : RawData or None
            From `open_raw_data`; None where there are none, and then nothing is added.

        Returns
        -------
        Self
            It opens nothing again.
        """
        interface = cls.from_context(context)
        interface.raw = raw
        return interface

    @classmethod
    def in_conversion(cls, context: SessionContext, conversion: Conversion) -> Self:
        """The interface as a conversion of this package uses it."""
        return cls.from_raw(context, conversion.raw)
