"""The data types as neuroconv's data interfaces, for converters of one's own.

An interface is made either from a session file, alone (`SomeInterface(file_path=...)`, as neuroconv does it), or from a
`SessionContext` that several share (`SomeInterface.from_context(context)`), so that the file is read once. One that
takes raw files also knows the folder they lie in. What an interface adds is what a conversion of this package adds,
which does without them: loading neuroconv takes a fifth as long as loading pynwb.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from neuroconv import BaseDataInterface
from neuroconv.utils import DeepDict
from pydantic import DirectoryPath, FilePath
from pynwb import NWBFile

from ssc_to_nwb.data_types.declared import Sources, Storage
from ssc_to_nwb.data_types.from_layout import add_data_type
from ssc_to_nwb.data_types.registry import DataType
from ssc_to_nwb.data_types.session.interface import neuroconv_metadata
from ssc_to_nwb.session.context import SessionContext, load_context
from ssc_to_nwb.session.raw_data import RawData, open_raw_data
from ssc_to_nwb.source_files.session_files import session_file


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
    package : str
        Name of the package that the data type is.
    raw : RawData or None
        The raw files, of an interface that takes them.
    storage : Storage
        How large data are stored, and where videos are.
    """

    keywords = ("CRCNS ssc-1", "CRCNS ssc-2", "barrel cortex")
    associated_suffixes = (".mat",)
    package: str
    raw: RawData | None = None
    storage = Storage()

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

    def get_metadata(self) -> DeepDict:
        """neuroconv's metadata with NWBFile and Subject filled in from the session and the metadata files."""
        metadata = super().get_metadata()
        metadata.deep_update(neuroconv_metadata(self.context))
        return metadata

    def add_to_nwbfile(self, nwbfile: NWBFile, metadata: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Add the data to the file; what `metadata` holds is used when the file is made, not here."""
        self.add(nwbfile)

    def add(self, nwbfile: NWBFile) -> None:
        """Add the data to the file.

        An interface that links to objects of another (time stamps, ROIs) is added after it, or makes its own. The
        context's log takes the warnings.
        """
        sources = Sources(context=self.context, raw=self.raw, log=self.context.log, storage=self.storage)
        add_data_type(nwbfile, DataType(self.package), sources)


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
        folder = session_file(Path(file_path)).raw_folder if folder_path is None else Path(folder_path)
        self.raw = open_raw_data(self.context, raw_folder=folder, mode="auto", keep_going=False, log=self.context.log)


class WhiskerInterface(SessionInterface):
    """Whisker angle and curvature change as tracked from the videos."""

    package = f"{__package__}.whisker"
    display_name = "CRCNS ssc whisker traces"
    info = "Whisker angle and curvature change."


class SourceFramesInterface(RawInterface):
    """File list and frame index of every plane (sourceFileList, sourceFileFrameIdx)."""

    package = f"{__package__}.subvolumes"
    display_name = "CRCNS ssc source frames"
    info = "Which frame of which stack each time stamp of a plane is."


class RoiSegmentationInterface(SessionInterface):
    """Masks, outlines and numbers of the ROIs, and the master images, plane by plane."""

    package = f"{__package__}.rois"
    display_name = "CRCNS ssc ROI masks"
    info = "PlaneSegmentation and master images of every imaging plane."


class RoiResponsesInterface(SessionInterface):
    """Traces of the ROIs, each plane with its own rows only, joined to the masks by ROI number."""

    package = f"{__package__}.roi_traces"
    display_name = "CRCNS ssc ROI traces"
    info = "Raw fluorescence, dF/F and calcium events of every ROI."


class TrialNumbersInterface(SessionInterface):
    """Trial numbers on the clock of every array, and on that of every subvolume.

    Add it after the series on these clocks: it links to their time stamps, and has its own where none is in the file.
    """

    package = f"{__package__}.trial_labels"
    display_name = "CRCNS ssc trial numbers"
    info = "The trial number of every sample of an array and of every time stamp of the subvolumes."


class EventsInterface(SessionInterface):
    """Pole in reach, touches, licks, rewards and reward cue; series nobody knows get a table of their own."""

    package = f"{__package__}.events"
    display_name = "CRCNS ssc events"
    info = "Tables of pole, touches, licks, rewards and cue."


class TrialsInterface(SessionInterface):
    """The trials table; warns of trials whose end nothing shows."""

    package = f"{__package__}.trials"
    display_name = "CRCNS ssc trials"
    info = "Trial numbers, times, types, outcomes and properties."


class ImagingStacksInterface(RawInterface):
    """The frames of every imaging plane, and the table of those that are missing."""

    package = f"{__package__}.imaging_stacks"
    display_name = "CRCNS ssc imaging stacks"
    info = "TwoPhotonSeries of every imaging plane and channel, and the gaps between them."


class SideImagesInterface(RawInterface):
    """Master images and projections that lie beside the stacks, values and type as in their tifs.

    A page per trial makes hundreds of images per plane. As a column of a table they are one data set each, which opens
    as fast as one image does. The source does not say which page is which trial: no time stamps are made up for them.
    """

    package = f"{__package__}.side_images"
    display_name = "CRCNS ssc side images"
    info = "Master image and projections of every plane and channel, from the tifs beside the stacks."


class RegistrationInterface(RawInterface):
    """Registration shifts of every plane.

    The series of frames lends its time stamps where it is in the file and has the same ones.
    """

    package = f"{__package__}.registration"
    display_name = "CRCNS ssc registration shifts"
    info = "Shifts per frame that the motion registration found."


class WhiskerVideoInterface(RawInterface):
    """The whisker videos, named where they are, or copied into the folder that `storage` names."""

    package = f"{__package__}.whisker_videos"
    display_name = "CRCNS ssc whisker videos"
    info = "Videos of the whiskers, one per trial, as an external ImageSeries."
