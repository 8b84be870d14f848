"""The way in to an archive: the dandi client's own API client, opened on the draft of a dandiset after some checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from dandi.consts import DRAFT, DandiInstance, EmbargoStatus
from dandi.dandiapi import DandiAPIClient, RemoteDandiset
from dandi.exceptions import NotFoundError, SchemaVersionError
from dandischema import models
from packaging.version import Version

from ssc_to_nwb.dandi.api_key import ApiKey, Redactor
from ssc_to_nwb.dandi.failures import Failure, as_failure
from ssc_to_nwb.dandi.instance import (
    TIMEOUT_S,
    Instance,
    KeyForOrigin,
    find_api,
    parse_dandiset_id,
    require_tls_of_redirect,
    require_tls_of_storage,
)
from ssc_to_nwb.options.archive import ArchiveRequest, UploadRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, SscError, error
from ssc_to_nwb.validate.dandi_rules import client_messages_to

_THIS_MACHINE = "localhost,127.0.0.0/8,::1"
# What the archive says of an account that may upload.
_APPROVED = "APPROVED"


@contextmanager
def client_environment() -> Iterator[None]:
    """Within the context: no telemetry, no passwords from ~/.netrc, and no proxy on the way to this machine.

    A password in ~/.netrc would go along with every redirect, and the object store refuses an address with a signature
    to whoever brings a password as well.
    """
    wanted = {"DANDI_NO_ET": "1", "NETRC": os.devnull}
    for name in ("no_proxy", "NO_PROXY"):
        wanted[name] = ",".join(filter(None, (os.environ.get(name), _THIS_MACHINE)))
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class ArchiveClient(DandiAPIClient):
    """The dandi client with the key bound to the API's origin, and with time limits, which it lacks.

    `DandiAPIClient.authenticate` would put the key into the headers of the whole session, from where it goes to any URL
    that the server hands out; and `for_dandi_instance` would ask the server where to send it.
    """

    def __init__(self, *, name: str, api_url: str, key: ApiKey | None) -> None:
        super().__init__(dandi_instance=DandiInstance(name=name, gui=None, api=api_url))
        self.session.auth = KeyForOrigin(api_url, key)
        self.session.hooks["response"].append(require_tls_of_redirect)

    def request(self, method: str, path: str, **options: Any) -> Any:
        """One request to the API. Errors: archive-needs-tls, and those of requests."""
        options.setdefault("timeout", TIMEOUT_S)
        answer = super().request(method, path, **options)
        require_tls_of_storage(answer)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive opened on the draft of a dandiset. warnings: what is to be known before anything is sent."""

    client: ArchiveClient
    dandiset: RemoteDandiset
    user: str
    redact: Redactor
    warnings: tuple[Problem, ...]

    def failure(self, problem: Exception, *, file: str | None = None) -> Failure:
        """What an exception of requests, the dandi client or the local disk means."""
        return as_failure(problem, api_url=self.client.api_url, redact=self.redact, file=file)


@contextmanager
def open_archive(options: ArchiveRequest, *, instance: Instance, key: ApiKey | None) -> Iterator[Archive]:
    """Find the API, check versions, key and dandiset, in this order; closes the connections at the end.

    key: None for an open dandiset, which anybody may read. For an upload the account must be one that may change it.
    """
    identifier, redact = parse_dandiset_id(options.dandiset), Redactor(key)
    with client_environment():
        api_url = find_api(instance, retry=options.first_contact, stop=options.stop)
        with ArchiveClient(name=instance.name, api_url=api_url, key=key) as client:
            try:
                account = _account(client) if key is not None else {}
                warnings = _check_schema(client, redact=redact)
                allow_embargoed = not isinstance(options, UploadRequest) or options.allow_embargoed
                remote = _open_dandiset(client, identifier, allow_embargoed=allow_embargoed)
                if isinstance(options, UploadRequest):
                    _check_permission(client, identifier, account=account)
                user = str(account.get("username", "?"))
                yield Archive(client=client, dandiset=remote, user=user, redact=redact, warnings=warnings)
            except requests.RequestException as failure:
                raise SscError(as_failure(failure, api_url=client.api_url, redact=redact).problem) from None


def _account(client: ArchiveClient) -> dict[str, Any]:
    answer = client.get("/users/me/")
    if not isinstance(answer, dict):
        raise error(
            kinds.ARCHIVE_NOT_AN_INSTANCE, field="/users/me/", expected="a JSON object", found=type(answer).__name__
        )
    return answer


def _check_schema(client: ArchiveClient, *, redact: Redactor) -> tuple[Problem, ...]:
    """See that archive and client understand each other's metadata; what the client warns of."""
    said: list[str] = []
    try:
        with client_messages_to(lambda _level, message: said.append(message)):
            client.check_schema_version()
    except SchemaVersionError as failure:
        theirs, ours = client.server_schema_version, models.get_schema_version()
        kind = kinds.ARCHIVE_CLIENT_TOO_OLD if Version(theirs) > Version(ours) else kinds.ARCHIVE_INSTANCE_TOO_OLD
        raise error(kind, field="schema_version", expected=ours, found=theirs, detail=failure) from failure
    except RuntimeError as failure:
        # The client's words for an instance that names no schema version.
        raise error(kinds.ARCHIVE_NOT_AN_INSTANCE, field="schema_version", found=redact(failure)) from None
    return tuple(Problem(kind=kinds.ARCHIVE_SCHEMA_DIFFERS, detail=redact(text)) for text in said)


def _open_dandiset(client: ArchiveClient, identifier: str, *, allow_embargoed: bool) -> RemoteDandiset:
    """The draft of the dandiset. The archive shows one under embargo to nobody but its owners (401, 403)."""
    remote = client.get_dandiset(identifier, DRAFT)
    try:
        embargo = remote.embargo_status
    except NotFoundError:
        raise error(kinds.ARCHIVE_NO_SUCH_DANDISET, field="dandiset", found=identifier) from None
    except requests.HTTPError as failure:
        if failure.response is not None and failure.response.status_code in (401, 403):
            found = f"HTTP {failure.response.status_code} for this address"
            raise error(kinds.ARCHIVE_EMBARGOED, field=identifier, found=found) from None
        raise
    if embargo is not EmbargoStatus.OPEN and not allow_embargoed:
        raise error(kinds.ARCHIVE_EMBARGOED, field="embargo_status", expected="OPEN", found=embargo.value)
    return remote


def _check_permission(client: ArchiveClient, identifier: str, *, account: dict[str, Any]) -> None:
    """See that an account is approved, and among the owners where the archive names them.

    The archive itself decides when something is sent; asked beforehand, nobody waits for what will be refused.
    """
    name, status = str(account.get("username", "")), account.get("status", _APPROVED)
    if status != _APPROVED:
        raise error(
            kinds.ARCHIVE_NO_PERMISSION, field=identifier, expected="an approved account", found=f"{name}: {status}"
        )
    try:
        owners = client.get(f"/dandisets/{identifier}/users/")
    except requests.RequestException:
        return
    if account.get("admin") or not isinstance(owners, list) or not all(isinstance(owner, dict) for owner in owners):
        return
    names = [str(owner.get("username", "")) for owner in owners]
    if name not in names:
        expected = f"one of its owners: {', '.join(names)}"
        raise error(kinds.ARCHIVE_NO_PERMISSION, field=identifier, expected=expected, found=name)
