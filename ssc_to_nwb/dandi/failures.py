"""From what goes wrong on the way to the archive to a problem of the catalogue, and to what is to be done about it.

The statuses and texts are those of the archive's server (dandi-archive: views and services) and of S3; the
RuntimeErrors are those of the dandi client's `iter_upload`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import ParseError

import requests
from dandi.exceptions import UploadError

from ssc_to_nwb.dandi.api_key import Redactor
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemKind, SscError

_SHOWN_CHARACTERS = 400
#: Texts of the dandi client's RuntimeErrors that say the local file is not what it was.
_FILE_CHANGED_TEXTS = ("File etag changed", "reached unexpectedly early", "at start of upload but is now")
#: What a transfer or a listing is known to raise: errors of the connection and the disk, RuntimeErrors of the client,
#: and what a malformed answer leads to.
EXPECTED = (
    SscError,
    requests.RequestException,
    UploadError,
    ParseError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
)
#: Problems that every other file would meet too.
_FATAL_KINDS = (
    kinds.ARCHIVE_KEY_REFUSED,
    kinds.ARCHIVE_NO_PERMISSION,
    kinds.ARCHIVE_NO_SUCH_DANDISET,
    kinds.ARCHIVE_NEEDS_TLS,
    kinds.ARCHIVE_CERTIFICATE_REFUSED,
    kinds.ARCHIVE_UNREACHABLE,
)

#: What answers of the API mean, and whether trying again can help: the first whose beginning fits counts. They are
#: written as status, method, path without the slash at its end, and text.
_OF_API = (
    (r"(429|5..) ", kinds.ARCHIVE_SERVER_FAILING, True),
    (r"401 ", kinds.ARCHIVE_KEY_REFUSED, False),
    (r"403 ", kinds.ARCHIVE_NO_PERMISSION, False),
    (r"404 \S+ \S*/uploads/(?!initialize )", kinds.ARCHIVE_UPLOAD_LOST, True),
    (r"\S+ \S+ \S*/uploads/(?!initialize )", kinds.ARCHIVE_TRANSFER_CORRUPT, True),
    (r"404 GET \S*/assets/", kinds.ARCHIVE_ASSET_MISSING, False),
    # The finished upload that an asset is made from, or the asset that is replaced: the next try looks both up again.
    (r"404 (?!GET )\S+ \S*/assets[/ ]", kinds.ARCHIVE_UPLOAD_LOST, True),
    (r"404 ", kinds.ARCHIVE_NO_SUCH_DANDISET, False),
    # Locked while it is being published.
    (r"423 ", kinds.ARCHIVE_REFUSED, True),
    # An asset of that path came into being since it was looked up, and the next try replaces it; or paths that exclude
    # each other.
    (r"409 (?s:.*)conflicts with existing", kinds.ARCHIVE_REFUSED, False),
    (r"409 ", kinds.ARCHIVE_REFUSED, True),
    (r"", kinds.ARCHIVE_REFUSED, False),
)
#: The same of the object store. A new upload helps where an address has expired (403), an upload is forgotten (404), or
#: a part was damaged (400).
_OF_STORE = (
    (r"(429|5..) ", kinds.ARCHIVE_SERVER_FAILING, True),
    (r"404 GET ", kinds.ARCHIVE_ASSET_MISSING, True),
    (r"... GET ", kinds.ARCHIVE_SERVER_FAILING, True),
    (r"400 ", kinds.ARCHIVE_TRANSFER_CORRUPT, True),
    (r"", kinds.ARCHIVE_UPLOAD_LOST, True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A problem, whether trying again can help, and how long the server asked to wait."""

    problem: Problem
    retriable: bool
    retry_after_s: float = 0.0

    def next_wait_s(self, waits: Iterator[float]) -> float | None:
        """Seconds to the next try, as many as the server asked for at least; None where there is no such try."""
        wait_s = next(waits, None) if self.retriable else None
        return None if wait_s is None else max(wait_s, self.retry_after_s)


def is_fatal(problem: Problem) -> bool:
    """True where the other files would meet the same problem."""
    return problem.kind in _FATAL_KINDS


def as_failure(problem: Exception, *, api_url: str, redact: Redactor, file: str | None = None) -> Failure:
    """What an exception of requests, the dandi client or the local disk means. Nothing secret is in the result."""
    if isinstance(problem, SscError):
        return Failure(problem=problem.problem, retriable=False)
    if isinstance(problem, requests.HTTPError) and problem.response is not None:
        return _from_response(problem.response, api_url=api_url, redact=redact, file=file)
    kind, retriable = _kind_of(problem)
    detail = redact(f"{type(problem).__name__}: {_shortened(str(problem))}")
    return Failure(problem=Problem(kind=kind, file=file, detail=detail), retriable=retriable)


def _kind_of(problem: Exception) -> tuple[ProblemKind, bool]:
    """The kind of an exception that is not an answer of a server, and whether trying again can help."""
    text = str(problem)
    if isinstance(problem, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in text.upper():
        return kinds.ARCHIVE_CERTIFICATE_REFUSED, False
    if isinstance(problem, (requests.TooManyRedirects, requests.exceptions.InvalidURL)):
        return kinds.ARCHIVE_NOT_AN_INSTANCE, False
    if isinstance(problem, requests.exceptions.JSONDecodeError):
        return kinds.ARCHIVE_SERVER_FAILING, True
    if isinstance(problem, requests.RequestException):
        return kinds.ARCHIVE_UNREACHABLE, True
    if isinstance(problem, OSError) or any(words in text for words in _FILE_CHANGED_TEXTS):
        return kinds.ARCHIVE_FILE_CHANGED, False
    # A RuntimeError: the client found the two ends to disagree. Else an answer that it could not make sense of.
    return (kinds.ARCHIVE_TRANSFER_CORRUPT if isinstance(problem, RuntimeError) else kinds.ARCHIVE_SERVER_FAILING), True


def _from_response(response: requests.Response, *, api_url: str, redact: Redactor, file: str | None) -> Failure:
    method = (response.request.method if response.request is not None else None) or "?"
    path = urlsplit(response.url).path
    from_api = response.url.startswith(api_url.rstrip("/"))
    answer = f"{response.status_code} {method} {path.rstrip('/')} {response.text}"
    kind, retriable = next(
        (kind, retriable)
        for pattern, kind, retriable in (_OF_API if from_api else _OF_STORE)
        if re.match(pattern, answer)
    )
    return Failure(
        problem=Problem(
            kind=kind,
            file=file,
            found=f"HTTP {response.status_code} to {method} {path if from_api else 'the object store'}",
            detail=redact(_shortened(response.text)) or None,
        ),
        retriable=retriable,
        retry_after_s=_retry_after_s(response),
    )


def _retry_after_s(response: requests.Response) -> float:
    """What the header Retry-After asks for, at most an hour."""
    from dandi.utils import get_retry_after

    if response.status_code not in (429, 503):
        return 0.0
    return float(min(get_retry_after(response) or 0, 3600))


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN_CHARACTERS else words[:_SHOWN_CHARACTERS] + "..."
