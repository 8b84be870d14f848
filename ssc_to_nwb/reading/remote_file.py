"""An NWB file at a web address, read by range requests as if it were on this machine."""

from __future__ import annotations

from typing import Any

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

# A block brings several of the file's blocks of headers, or a few chunks of frames; 64 of them are kept.
_BLOCK_BYTES = 4 * 2**20
_KEPT_BLOCKS = 64


def is_address(path: object) -> bool:
    """Whether a path is an http or https address.

    Parameters
    ----------
    path : object
        Anything that may name a file.

    Returns
    -------
    bool
        True for a text that begins with `http://` or `https://`.
    """
    return isinstance(path, str) and path.startswith(("http://", "https://"))


def open_remote(address: str) -> Any:
    """Open a file at a web address; only what is read of it is fetched.

    Parameters
    ----------
    address : str
        http or https.

    Returns
    -------
    file object
        Binary, seekable; blocks that were fetched are kept in memory up to a bound.

    Raises
    ------
    SscError
        remote-support-missing, nwb-file-missing.
    """
    try:
        import aiohttp
        import fsspec
    except ImportError as failure:
        raise error(kinds.REMOTE_SUPPORT_MISSING, file=address, found=failure) from failure
    try:
        return fsspec.filesystem("http").open(
            address,
            block_size=_BLOCK_BYTES,
            cache_type="blockcache",
            cache_options={"maxblocks": _KEPT_BLOCKS},
        )
    except (OSError, ValueError, aiohttp.ClientError) as failure:
        # FileNotFoundError, an address that does not answer, a server that gives no size or no ranges.
        raise error(kinds.NWB_FILE_MISSING, file=address, found=f"{type(failure).__name__}: {failure}") from failure
