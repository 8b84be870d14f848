"""The system's errors about a file, as problems of the catalogue."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)
# No entry (ENOENT) is what a system without room for folders, such as /proc, says to one that is to be made there.
_REFUSED = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR,
    errno.ENAMETOOLONG,
)  # fmt: skip

# As `naming.in_progress_path` makes it of the final name.
_IN_PROGRESS = r"\.([^/\\]+)\.[0-9a-f]{8}[^/\\]*\.in-progress"

# What a file system without locks answers, where HDF5 or a run asks for one.
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def system_errors_named(path: Path) -> Iterator[None]:
    """Turn the system's errors about the output into problems of the catalogue."""
    try:
        yield
    except OSError as failure:
        raise name_system_error(failure, path) from failure


def name_system_error(failure: OSError, path: Path) -> SscError:
    """disk-full, output-not-writable, file-locks-missing or system-refused, with the file the system named."""
    # h5py reports the system's error only in its text, and numpy only that it could not write all bytes.
    text = failure.strerror or str(failure)
    number = failure.errno or next((int(said) for said in re.findall(r"errno = (\d+)", text)), None)
    if number is None and re.search(r"\d+ requested and \d+ written", text):
        number = errno.ENOSPC
    kind = kinds.SYSTEM_REFUSED
    if number in _NO_SPACE:
        kind = kinds.DISK_FULL
    elif number in NO_LOCKS and "lock" in text:
        kind = kinds.FILE_LOCKS_MISSING
    elif number in _REFUSED:
        kind = kinds.OUTPUT_NOT_WRITABLE
    # Where two files are named, as by a copy, the second is written. Nobody knows the name of one in progress.
    named = re.sub(_IN_PROGRESS, r"\1", str(failure.filename2 or failure.filename or path))
    return error(kind, file=named, found=text)


def path_refused(failure: OSError) -> SscError:
    """system-refused, about the path that the system named and nothing foresaw, such as one whose name is too long."""
    return error(kinds.SYSTEM_REFUSED, file=failure.filename, found=failure.strerror)
