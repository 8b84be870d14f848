"""From the answers of the archive and its object store to problems: which, and whether trying again can help."""

from __future__ import annotations

import pytest
import requests

from ssc_to_nwb.dandi.api_key import Redactor
from ssc_to_nwb.dandi.failures import as_failure, is_fatal

API = "https://api.example.org/api"
DRAFT = f"{API}/dandisets/000123/versions/draft"
STORE = "https://bucket.example.org/blobs/1?X-Amz-Signature=0123"


def answer(status: int, method: str, url: str, text: str = "") -> requests.HTTPError:
    response = requests.Response()
    response.status_code, response.url, response._content = status, url, text.encode()
    response.request = requests.Request(method, url).prepare()
    return requests.HTTPError(response=response)


@pytest.mark.parametrize(
    ("status", "method", "url", "identifier", "retriable", "fatal"),
    [
        (401, "GET", f"{API}/users/me/", "archive-key-refused", False, True),
        (403, "POST", f"{API}/uploads/initialize/", "archive-no-permission", False, True),
        (404, "GET", f"{API}/dandisets/000123/", "archive-no-such-dandiset", False, True),
        (404, "GET", f"{DRAFT}/assets/", "archive-no-such-dandiset", False, True),
        (404, "POST", f"{API}/uploads/initialize/", "archive-no-such-dandiset", False, True),
        # What was there when it was looked up, and is not any more.
        (404, "POST", f"{API}/uploads/1/validate/", "archive-upload-lost", True, False),
        (404, "POST", f"{DRAFT}/assets/", "archive-upload-lost", True, False),
        (404, "PUT", f"{DRAFT}/assets/1/", "archive-upload-lost", True, False),
        (404, "GET", f"{DRAFT}/assets/1/", "archive-asset-missing", False, False),
        (404, "GET", f"{API}/assets/1/download/", "archive-asset-missing", False, False),
        # What passes by itself, and what does not.
        (409, "POST", f"{DRAFT}/assets/", "archive-refused", True, False),
        (423, "POST", f"{DRAFT}/assets/", "archive-refused", True, False),
        (400, "POST", f"{DRAFT}/assets/", "archive-refused", False, False),
        (503, "GET", f"{DRAFT}/assets/", "archive-server-failing", True, False),
        # The object store: an upload begins again, a download asks for a new address.
        (403, "PUT", STORE, "archive-upload-lost", True, False),
        (404, "POST", STORE, "archive-upload-lost", True, False),
        (400, "PUT", STORE, "archive-transfer-corrupt", True, False),
        (503, "PUT", STORE, "archive-server-failing", True, False),
        (403, "GET", STORE, "archive-server-failing", True, False),
        (404, "GET", STORE, "archive-asset-missing", True, False),
    ],
)
def test_answers(status: int, method: str, url: str, identifier: str, retriable: bool, fatal: bool) -> None:
    failure = as_failure(answer(status, method, url), api_url=API, redact=Redactor(None), file="a.nwb")

    assert failure.problem.kind.identifier == identifier
    assert (failure.retriable, is_fatal(failure.problem)) == (retriable, fatal)
    assert f"HTTP {status} to {method}" in (failure.problem.found or "") and "Signature" not in str(failure.problem)


def test_paths_that_exclude_each_other_stay_so() -> None:
    conflict = answer(409, "POST", f"{DRAFT}/assets/", 'Path of new asset "a" conflicts with existing assets: ["a/b"]')
    assert not as_failure(conflict, api_url=API, redact=Redactor(None)).retriable
