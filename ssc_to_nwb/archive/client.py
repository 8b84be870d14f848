"""The way in to an archive: the dandi client's API client, under this project's rules, opened on a dandiset's draft."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from dandi.consts import DRAFT, DandiInstance, EmbargoStatus
from dandi.dandiapi import DandiAPIClient, RemoteDandiset
from dandi.exceptions import SchemaVersionError
from dandischema import models
from packaging.version import Version

from ssc_to_nwb.archive.api_key import ApiKey, Redactor
from ssc_to_nwb.archive.dandiset_id import parse_dandiset_id
from ssc_to_nwb.archive.failures import as_problem
from ssc_to_nwb.archive.http_guard import KeyForOrigin, guard, origin, require_tls
from ssc_to_nwb.archive.instance import Instance, check_client_version, find_api
from ssc_to_nwb.archive.retry import FIRST_CONTACT, RetryPolicy
from ssc_to_nwb.problems import archive_kinds as kinds
from ssc_to_nwb.problems.model import SscError, error

# What the archive says of an account that may upload.
_APPROVED = "APPROVED"


class ArchiveClient(DandiAPIClient):
    """The dandi client with the key bound to the API's origin, and with deleting switched off unless it was asked for.

    `DandiAPIClient.authenticate` would put the key into the headers of the whole session, from where it goes to any URL
    that the server hands out; and `for_dandi_instance` would ask the server where to send it.
    """

    def __init__(self, *, instance: Instance, key: ApiKey, stop: threading.Event) -> None:
        # The dandi client otherwise reports its use to a telemetry server.
        os.environ.setdefault("DANDI_NO_ET", "1")
        super().__init__(dandi_instance=DandiInstance(name=instance.name, gui=instance.web_url, api=instance.api_url))
        self.may_delete = False
        guard(self.session, stop=stop, auth=KeyForOrigin(instance.api_url, key))

    def get_url(self, path: str) -> str:
        """The URL of a path of the API.

        A further page's address is taken at the API's own origin: the server writes it with the scheme and host that
        it takes for its own, which behind a proxy are not those by which it is reached.
        """
        url: str = super().get_url(path)
        named, own = urlsplit(url), urlsplit(self.api_url)
        if origin(url) == origin(self.api_url) or not named.path.startswith(f"{own.path.rstrip('/')}/"):
            return url
        return urlunsplit((own.scheme, own.netloc, named.path, named.query, ""))

    def request(self, method: str, path: str, **options: Any) -> Any:
        """One request to the API. Errors: archive-would-delete, archive-needs-tls, and those of requests."""
        if method.upper() == "DELETE" and not self.may_delete:
            raise error(kinds.WOULD_DELETE, field=path.strip("/"))
        answer = super().request(method, path, **options)
        _check_storage_urls(answer)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive opened on the draft of a dandiset."""

    instance: Instance
    client: ArchiveClient
    dandiset: RemoteDandiset
    user: str
    redact: Redactor


@contextmanager
def open_archive(
    *,
    instance: Instance,
    dandiset: str,
    key: ApiKey,
    stop: threading.Event,
    to_upload: bool = False,
    allow_embargoed: bool = False,
    retry: RetryPolicy = FIRST_CONTACT,
) -> Iterator[Archive]:
    """Find the API, check versions, key and dandiset, in this order; closes the connections at the end.

    to_upload: see that the account may change the dandiset as well.

    Errors: archive-unreachable, archive-server-failing, archive-certificate-refused, archive-not-an-instance,
    archive-api-on-another-host, archive-client-too-old, archive-instance-too-old, archive-key-refused,
    archive-no-such-dandiset, archive-no-permission, archive-embargoed.
    """
    identifier = parse_dandiset_id(dandiset)
    found, facts = find_api(instance, retry=retry, stop=stop)
    check_client_version(facts, instance=found)
    redact = Redactor(key)
    with ArchiveClient(instance=found, key=key, stop=stop) as client:
        user = _ask(client, "/users/me/", redact=redact)
        _check_schema(client, redact=redact)
        data = _dandiset_data(client, identifier, redact=redact)
        remote = RemoteDandiset(client, identifier, DRAFT, data)
        if remote.embargo_status is not EmbargoStatus.OPEN and not allow_embargoed:
            raise error(kinds.EMBARGOED, field="embargo_status", expected="OPEN", found=remote.embargo_status.value)
        if to_upload:
            _check_permission(client, identifier, user=user)
        yield Archive(
            instance=found, client=client, dandiset=remote, user=str(user.get("username", "?")), redact=redact
        )


def _ask(client: ArchiveClient, path: str, *, redact: Redactor) -> dict[str, Any]:
    try:
        answer = client.get(path)
    except requests.RequestException as problem:
        raise SscError(as_problem(problem, api_url=client.api_url, redact=redact).problem) from None
    if not isinstance(answer, dict):
        raise error(kinds.NOT_AN_ARCHIVE, field=path, expected="a JSON object", found=type(answer).__name__)
    return answer


def _dandiset_data(client: ArchiveClient, identifier: str, *, redact: Redactor) -> dict[str, Any]:
    """What the archive says of the dandiset; it shows one under embargo to nobody but its owners (401, 403)."""
    try:
        return _ask(client, f"/dandisets/{identifier}/", redact=redact)
    except SscError as refused:
        problem = refused.problem
        if problem.kind in (kinds.NO_PERMISSION, kinds.WRONG_API_KEY):
            raise error(kinds.EMBARGOED, field=identifier, found=problem.found, detail=problem.detail) from None
        raise


def _check_permission(client: ArchiveClient, identifier: str, *, user: dict[str, Any]) -> None:
    """See that an account is approved, and among the owners where the archive tells them.

    The archive itself decides when something is sent; asked beforehand, nobody waits for what will be refused.
    """
    name, status = str(user.get("username", "")), user.get("status", _APPROVED)
    if status != _APPROVED:
        raise error(kinds.NO_PERMISSION, field=identifier, expected="an approved account", found=f"{name}: {status}")
    try:
        owners = client.get(f"/dandisets/{identifier}/users/")
    except requests.RequestException:
        return
    if user.get("admin") or not isinstance(owners, list) or not all(isinstance(owner, dict) for owner in owners):
        return
    names = [str(owner.get("username", "")) for owner in owners]
    if name not in names:
        expected = f"one of its owners: {', '.join(names)}"
        raise error(kinds.NO_PERMISSION, field=identifier, expected=expected, found=name)


def _check_schema(client: ArchiveClient, *, redact: Redactor) -> None:
    try:
        client.check_schema_version()
    except SchemaVersionError as problem:
        theirs, ours = client.server_schema_version, models.get_schema_version()
        kind = kinds.CLIENT_TOO_OLD if Version(theirs) > Version(ours) else kinds.INSTANCE_TOO_OLD
        raise error(kind, field="schema_version", expected=ours, found=theirs, detail=problem) from problem
    except requests.RequestException as problem:
        raise SscError(as_problem(problem, api_url=client.api_url, redact=redact).problem) from None
    except RuntimeError as problem:
        # The client's words for an instance that names no schema version.
        raise error(kinds.NOT_AN_ARCHIVE, field="schema_version", found=redact(problem)) from None


def _check_storage_urls(answer: Any) -> None:
    """The addresses that an upload is told to use must be https, or on this machine."""
    urls: list[Any] = []
    if isinstance(answer, list):
        urls = answer
    elif isinstance(answer, dict):
        parts = answer.get("parts")
        urls = [part.get("upload_url") for part in parts or [] if isinstance(part, dict)]
        urls.append(answer.get("complete_url"))
    for url in urls:
        if isinstance(url, str) and "://" in url:
            require_tls(url, what="address for the upload")
