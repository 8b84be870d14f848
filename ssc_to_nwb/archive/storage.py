"""The connections over which the dandi client sends parts to the object store, put under this project's rules.

`iter_upload` of the dandi client opens a session of its own for the object store (`RESTFullAPIClient`), with no time
limit, no word on how far a part has got, and no way to stop; a failed part leaves all the others to run to their end.
For the time of an upload the name that `iter_upload` looks up is bound to `StorageClient` instead: the same client with
guarded connections (see `http_guard`), counting what it sends and ending at once when it is told to. Where a later
dandi client no longer has that name, the upload works without those four; a test says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from dandi.dandiapi import RESTFullAPIClient

from ssc_to_nwb.archive.http_guard import NoKey, TransferStoppedError, guard

#: The modules of the dandi client that open connections to the object store, and the name they use.
PATCHED_MODULES = ("dandi.files.bases", "dandi.files.zarr")
PATCHED_NAME = "RESTFullAPIClient"
_PIECE_BYTES = 128 << 10


class Transfer:
    """One try at uploading one asset: counts bytes, and ends all its parts once one has failed.

    on_bytes is called from several threads with the number of bytes sent since the last call (negative where a part
    begins again).
    """

    def __init__(self, *, stop: threading.Event, on_bytes: Callable[[int], None]) -> None:
        self._stop = stop
        self._cause: Exception | None = None
        self._lock = threading.Lock()
        self.on_bytes = on_bytes

    @property
    def cause(self) -> Exception | None:
        """Why the parts were ended: the first part's failure, which the others' TransferStoppedError may overtake."""
        return self._cause

    def fail(self, cause: Exception) -> None:
        """A part has failed for good: the others need not be sent."""
        with self._lock:
            if self._cause is None and not isinstance(cause, TransferStoppedError):
                self._cause = cause

    def check(self) -> None:
        """Raise TransferStoppedError where nothing more is to be sent."""
        if self._stop.is_set() or self._cause is not None:
            raise TransferStoppedError


class CountedBody:
    """A part's bytes, handed to the socket piece by piece: counted, and stopped in between.

    Each sending goes through it from the beginning and takes back what an earlier one counted. (Not a file: that would
    have to be wound back before a request is repeated, which older dandi clients do not do after a network error.)
    """

    def __init__(self, content: bytes, transfer: Transfer) -> None:
        self._content = memoryview(content)
        self._transfer = transfer
        self._counted = 0

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[memoryview]:
        if self._counted:
            self._transfer.on_bytes(-self._counted)
            self._counted = 0
        for start in range(0, len(self._content), _PIECE_BYTES):
            self._transfer.check()
            piece = self._content[start : start + _PIECE_BYTES]
            yield piece
            self._counted += len(piece)
            self._transfer.on_bytes(len(piece))


class StorageClient(RESTFullAPIClient):
    """The dandi client's connection to the object store, guarded; carries no key."""

    def __init__(self, api_url: str, *, transfer: Transfer, stop: threading.Event) -> None:
        super().__init__(api_url)
        self._transfer = transfer
        guard(self.session, stop=stop, auth=NoKey())

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Send a request, its body counted; a failure ends the asset's other parts."""
        self._transfer.check()
        body = options.get("data")
        if method.upper() == "PUT" and isinstance(body, bytes) and body:
            options["data"] = CountedBody(body, self._transfer)
        try:
            return super().request(method, path, **options)
        except Exception as cause:
            # A Zarr entry's failure may be mended by itself with a fresh address, so only a blob's parts are ended.
            if isinstance(body, bytes):
                self._transfer.fail(cause)
            raise


@contextmanager
def guarded_storage(stop: threading.Event) -> Iterator[Callable[[Transfer | None], None]]:
    """Within the context, transfers to the object store are guarded.

    Yields a function that a worker thread calls with its transfer before it runs `iter_upload`, and with None after.
    """
    current = threading.local()

    def open_storage(api_url: str, *_: Any, **__: Any) -> RESTFullAPIClient:
        transfer = getattr(current, "transfer", None)
        if transfer is None:
            transfer = Transfer(stop=stop, on_bytes=lambda _count: None)
        return StorageClient(api_url, transfer=transfer, stop=stop)

    def set_transfer(transfer: Transfer | None) -> None:
        current.transfer = transfer

    with ExitStack() as stack:
        for module in PATCHED_MODULES:
            imported = __import__(module, fromlist=[PATCHED_NAME])
            if hasattr(imported, PATCHED_NAME):
                stack.enter_context(patch.object(imported, PATCHED_NAME, open_storage))
        yield set_transfer
