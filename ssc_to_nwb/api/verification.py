"""Compare NWB files with their sources, show their ledgers, compute digests of their content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ssc_to_nwb import naming
from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.declare import takes, with_home
from ssc_to_nwb.options.files import LedgerRequest
from ssc_to_nwb.options.sources import VerifyRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError, error
from ssc_to_nwb.run.machine import processors

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import Ledger
    from ssc_to_nwb.proof.file import VerifyReport
    from ssc_to_nwb.run.session_sources import SessionSource
    from ssc_to_nwb.source_files.session_files import SessionFile


@facts
class SessionVerification(AsJson):
    """The comparison of one session's NWB file with its source."""

    session: str = fact("Name, such as `an197522_2013_03_08`.")
    source: Path = fact("The session file.")
    report: VerifyReport | None = fact(
        "The findings. None if there was nothing to compare, or the source cannot be read.", default=None
    )
    error: Problem | None = fact("Why there is no report.", default=None)
    warnings: tuple[Problem, ...] = fact("Warnings about the source.", default=())

    @property
    def ok(self) -> bool:
        """Whether the file was compared and nothing differs."""
        return self.report is not None and self.report.ok


@facts
class VerificationResult(AsJson):
    """What came of a run: one entry per session, in the order of animal and date."""

    sessions: tuple[SessionVerification, ...] = fact("What was compared, or why it could not be.", default=())

    @property
    def ok(self) -> bool:
        """Whether every session's file was compared and nothing differs."""
        return all(session.ok for session in self.sessions)


@takes(VerifyRequest)
def verify_sessions(request: VerifyRequest) -> VerificationResult:
    """Compare NWB files below `output` with the sessions of `source` that they were made from.

    Source and files are read again. The options that decided the content of a file are taken from the file.

    Returns
    -------
    VerificationResult
        One entry per session. Differences, and what cannot be read, are in the entries.

    Raises
    ------
    SscError
        If nothing can be started: source-missing, no-session-found, session-found-twice, `metadata-*`,
        verify-source-missing if `output` is a file whose session is not in the source, or zarr-store-not-verified if it
        is a Zarr store.
    """
    from ssc_to_nwb.run.places import folder_and_file, sources_of_file
    from ssc_to_nwb.run.session_sources import SourceSearch, checked_metadata, choose, find_sources

    folder, file = folder_and_file(Path(request.output).absolute())
    source = Path(request.source)
    sources = choose(find_sources(source, SourceSearch(output=folder)), request.sessions, source=source)
    if file is not None:
        sources = sources_of_file(file, sources)
    checked_metadata(sources, tuple(map(Path, request.metadata_files)))
    return VerificationResult(sessions=tuple(_verify_source(one, file, request) for one in sources))


def _verify_source(source: SessionSource, file: Path | None, request: VerifyRequest) -> SessionVerification:
    from ssc_to_nwb.run.places import find_converted
    from ssc_to_nwb.run.session_sources import unpacked_session

    if source.problem is not None:
        return SessionVerification(session=source.name, source=source.path, error=source.problem)
    try:
        nwb_path = file or find_converted(Path(request.output).absolute(), session=source.name)
        with (
            TemporaryDirectory(prefix="ssc-to-nwb-", dir=request.work_dir) as folder,
            unpacked_session(
                source, Path(folder) / source.name, raw=True, on_bytes=lambda _done, _total: None
            ) as unpacked,
        ):
            return _verify_session(source, unpacked, nwb_path, request)
    except SscError as failure:
        problem = failure.problem
    except Exception as failure:  # noqa: BLE001 - one session's defect must not stop the others; it is reported whole
        found = f"{type(failure).__name__}: {failure}"
        problem = error(kinds.INTERNAL_ERROR, file=source.path, found=found).problem
    return SessionVerification(session=source.name, source=source.path, error=problem)


def _verify_session(
    source: SessionSource, file: SessionFile, nwb_path: Path, request: VerifyRequest
) -> SessionVerification:
    from ssc_to_nwb.metadata.loader import load_metadata
    from ssc_to_nwb.proof.file import hash_sources, read_source_again, verify_file
    from ssc_to_nwb.proof.making import options_used
    from ssc_to_nwb.run.record import recorded_digest
    from ssc_to_nwb.session.raw_data import open_raw_data

    log, mode = ProblemLog(), request.mode
    taken, keep_going = options_used(nwb_path)
    on_progress = request.on_progress or (lambda _session, _done, _total: None)
    workers, extra = request.workers or processors(), tuple(map(Path, request.metadata_files))
    metadata = load_metadata(dataset=source.dataset, session=source.name, subject=source.subject, files=extra)
    context = read_source_again(file.path, metadata, log=log)
    raw = open_raw_data(context, raw_folder=file.raw_folder, mode=taken, keep_going=keep_going, log=log)
    recorded = recorded_digest(nwb_path)
    report = verify_file(
        nwb_path,
        context=context,
        raw=raw,
        mode=mode,
        workers=workers,
        memory_mb=request.memory_mb,
        hashes=hash_sources(context.session, raw, stacks=mode == "full", workers=workers),
        with_digest=recorded is not None and mode == "full",
        progress=partial(on_progress, source.name),
    )
    if report.digest is not None and report.digest != recorded:
        # This finds changes to what the source says nothing of, such as this package's own words about a column.
        changed = error(
            kinds.VERIFY_CONTENT_CHANGED, file=nwb_path, field="/", expected=f"digest {recorded}", found=report.digest
        )
        report = replace(report, problems=(changed.problem,))
    return SessionVerification(session=source.name, source=source.path, report=report, warnings=tuple(log.problems))


@takes(LedgerRequest)
def read_ledger(request: LedgerRequest) -> Ledger:
    """Read the ledger of an NWB file.

    Returns
    -------
    Ledger
        What became of every field and every raw file.

    Raises
    ------
    SscError
        ledger-missing, ledger-unreadable, nwb-file-missing, nwb-file-not-chosen.
    """
    from ssc_to_nwb.ledger import ledger
    from ssc_to_nwb.reading.nwb_files import one_session_file

    path = Path(request.file).absolute()
    if path.suffix == ".json":
        return ledger.read_ledger(path)
    # A ledger says what became of a source even where the NWB file itself was moved away.
    nwb = Path(one_session_file(path)) if path.is_dir() and not path.name.endswith(naming.NWB_SUFFIXES) else path
    sidecar = naming.sidecar(nwb, "ledger")
    if not nwb.exists() and not sidecar.exists():
        one_session_file(nwb)
    return ledger.read_ledger(sidecar)


def files_for_digest(paths: Sequence[Path | str]) -> tuple[Path, ...]:
    """The NWB files and Zarr stores at some paths, and below those that are folders, each once. Raises no-nwb-file."""
    from ssc_to_nwb.reading.nwb_files import find_nwb_files

    return find_nwb_files(Path(path) for path in paths)


def content_digest(*, file: Path | str, workers: int | None = None) -> str:
    """SHA-256 of the content of an NWB file, independent of chunks, compression and storage.

    Object ids, the time of creation and the copy of the schema do not count.

    Parameters
    ----------
    file : path or str
        The NWB file.
    workers : int, optional
        Threads. None: all processors.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    SscError
        verify-unreadable.
    """
    from ssc_to_nwb.proof import digest

    return digest.content_digest(Path(with_home(file)), workers=processors() if workers is None else workers)
