"""The common ground of the interfaces that take raw files: a session, and the folder its raw files lie in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import DirectoryPath, FilePath

from ssc_to_nwb.data_types.base import Conversion, SessionInterface
from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.session.context import SessionContext
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.session.session import Session
from ssc_to_nwb.source_files.session_files import find_session_files


def open_raw(
    context: SessionContext,
    *,
    raw_folder: Path | None,
    mode: Literal["auto", "require", "skip"],
    keep_going: bool,
    log: ProblemLog,
    whole: Session | None = None,
) -> RawData | None:
    """Open the raw files of a session as its metadata says.

    Parameters
    ----------
    context : SessionContext
        The session.
    raw_folder : Path or None
        The session's folder; None where there is none.
    mode : Literal['auto', 'require', 'skip']
        `skip` opens nothing; `require` makes a missing listed file an error.
    keep_going : bool
        Damaged files are left out with a warning, instead of an error.
    log : ProblemLog
        Takes the warnings.
    whole : Session or None, optional
        The whole session, where the context is of a part of it.

    Returns
    -------
    RawData or None
        None where there is no folder, or mode is `skip`.

    Raises
    ------
    SscError
        As `open_raw_data` does.
    """
    if mode == "skip":
        return None
    return open_raw_data(
        context.session,
        raw_folder=raw_folder,
        mode=mode,
        facts=context.metadata.source,
        green_first=context.metadata.assumptions.green_page_first,
        channels_per_frame=context.metadata.assumptions.channels_per_frame,
        keep_going=keep_going,
        log=log,
        whole=whole,
    )


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
        self.raw = open_raw(self.context, raw_folder=folder, mode="auto", keep_going=False, log=self.context.log)

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
