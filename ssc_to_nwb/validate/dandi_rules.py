"""DANDI's own rules: the layout of paths, and the metadata that an archive draws from a file."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.reading.nwb_files import is_zarr
from ssc_to_nwb.validate.messages import Message, message_of

_DANDISET_FILE = "dandiset.yaml"
# Of a smaller file the client has read all before a process of its own is ready for it.
_LARGE_BYTES = 50e6
_READ = "import sys; from dandi.metadata.nwb import get_metadata; get_metadata(sys.argv[1])"


@contextmanager
def client_reads_ahead(file: Path) -> Iterator[None]:
    """Have the dandi client read a large file in a process of its own while the block does something else.

    The client keeps what it draws from a file until the file changes: `metadata_messages` then finds it there. Where
    it does not (`DANDI_CACHE=ignore`), or the other process fails or is not done, the file is read here as ever.
    """
    process = None
    if not is_zarr(file) and file.stat().st_size >= _LARGE_BYTES and os.cpu_count() != 1 and sys.executable:
        command = [sys.executable, "-P", "-c", _READ, str(file.absolute())]
        with suppress(OSError):
            process = Popen(command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def layout_messages(file: Path) -> Iterator[Message]:
    """What the dandi client has against the path of a file.

    The path is taken relative to the folder with `dandiset.yaml` around it or, where there is none, to the folder that
    would hold it: the one above the subject's. The client's own command needs that file; its rule for a path does not.
    """
    from dandi.organize import validate_organized_path

    whole = file.absolute()
    root = next((folder for folder in whole.parents if (folder / _DANDISET_FILE).is_file()), whole.parent.parent)
    relative = whole.relative_to(root)
    if is_zarr(whole):
        # The client knows the layout for .nwb only, and lets anything else pass.
        relative = relative.with_suffix("")
    for found in validate_organized_path(relative.as_posix(), whole, root):
        text = f"{found.id}: {found.message}: {relative.as_posix()}"
        yield message_of(kinds.DANDI_LAYOUT, file=file, text=text)


def metadata_messages(file: Path, *, species: str | None) -> Iterator[Message]:
    """What the dandi client and DANDI's schema have against the metadata that the client draws from a file.

    species: as the file has it. Where it is an address, the client would look it up over the network: nothing is done.
    """
    if (species or "").startswith("http"):
        return
    from dandi.files import dandi_file
    from dandi.misctypes import DUMMY_DANDI_ETAG, DUMMY_DANDI_ZARR_CHECKSUM
    from dandischema.models import BareAsset
    from pydantic import ValidationError

    # What matters in the log comes back as an exception.
    with client_messages_to(lambda _level, _message: None):
        try:
            asset = dandi_file(file, dandiset_path=file.parent.parent)
            digest = DUMMY_DANDI_ZARR_CHECKSUM if is_zarr(file) else DUMMY_DANDI_ETAG
            BareAsset(**asset.get_metadata(digest=digest, ignore_errors=False).model_dump())
        except ValidationError as failure:
            for found in failure.errors(include_url=False):
                field = ".".join(str(part) for part in found["loc"])
                yield message_of(kinds.DANDI_METADATA, file=file, text=f"{field}: {found['msg']}")
        except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, OSError) as failure:
            yield message_of(kinds.DANDI_METADATA, file=file, text=f"{type(failure).__name__}: {failure}")


class _Forward(logging.Handler):
    def __init__(self, receive: Callable[[str, str], None]) -> None:
        super().__init__(level=logging.WARNING)
        self._receive = receive

    def emit(self, record: logging.LogRecord) -> None:
        self._receive(record.levelname.lower(), record.getMessage())


@contextmanager
def client_messages_to(receive: Callable[[str, str], None]) -> Iterator[None]:
    """Within the context, warnings and errors of the dandi client go to `receive(level, message)` alone.

    Without that Python would print them as they are, addresses with signatures included.
    """
    logger, handler = logging.getLogger("dandi"), _Forward(receive)
    propagated = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = propagated
        logger.removeHandler(handler)
