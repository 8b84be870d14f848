"""What the API and the object store of the archive for tests share: reading, answering, going wrong on demand."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from dandi_server_model import RefusedError

UUID = r"([0-9a-f-]{36})"
SECRET = "presigned"


class Handler(BaseHTTPRequestHandler):
    """What both servers share: reading, answering, faults, the list of what was asked."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    name = ""
    routes: ClassVar[list[tuple[str, str, str, str]]] = []

    @property
    def archive(self) -> Any:
        return self.server.archive  # type: ignore[attr-defined]

    @property
    def model(self) -> Any:
        return self.archive.model

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self.handle_request()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

    def handle_request(self) -> None:
        parts = urlsplit(self.path)
        self.query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        step, method, groups = self.find(parts.path)
        self.archive.note(self.name, step, self.command, parts.path, self.headers.get("Authorization"))
        fault = self.archive.take_fault(step)
        action = fault.action if fault else ""
        self.damage = action if action in ("corrupt", "truncate", "error-in-200") else ""
        try:
            if action == "silence":
                self.archive.closing.wait(600)
                self.hang_up()
                return
            if action == "drop":
                self.read_body(half=True)
                self.hang_up()
                return
            self.body = self.read_body()
            if action.isdigit():
                headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
                raise RefusedError(int(action), f"fault {action}", headers)
            if action == "expire":
                raise RefusedError(
                    403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
                )
            if action == "lose":
                self.model.uploads.clear()
            if action.startswith("redirect:"):
                raise RefusedError(302, "", {"Location": action.removeprefix("redirect:")})
            with self.archive.lock:
                status, answer, headers = method(*groups)
            if action == "drop-after":
                self.hang_up()
                return
        except RefusedError as refused:
            status, answer, headers = refused.status, refused.body, refused.headers
            if self.archive.echo_request_in_errors and status >= 400:
                answer = f"{answer} Request headers: {dict(self.headers)}"
        self.answer(status, answer, headers)

    def find(self, path: str) -> tuple[str, Callable[..., Any], tuple[str, ...]]:
        for step, verb, pattern, function in self.routes:
            match = re.fullmatch(pattern, path)
            if match and verb == self.command:
                return step, getattr(self, function), match.groups()
        if self.command == "GET" and not path.endswith("/") and self.name == "api":
            return "slash", self.add_slash, ()
        return "unknown", self.not_found, ()

    def add_slash(self) -> Any:
        parts = urlsplit(self.path)
        raise RefusedError(301, "", {"Location": parts.path + "/" + (f"?{parts.query}" if parts.query else "")})

    def not_found(self) -> Any:
        raise RefusedError(404, {"detail": "Not found."})

    def read_body(self, *, half: bool = False) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding"):
            raise RefusedError(501, "A header you provided implies functionality that is not implemented")
        return self.rfile.read(length // 2 if half else length)

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status: int, answer: Any, headers: dict[str, str]) -> None:
        content = answer if isinstance(answer, bytes) else self.encode(answer)
        self.send_response(status)
        for key, value in {"Content-Type": self.content_type(answer), **headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content[: len(content) // 2] if self.damage == "truncate" else content)
            if self.damage == "truncate":
                self.hang_up()

    def encode(self, answer: Any) -> bytes:
        return json.dumps(answer).encode()

    def content_type(self, answer: Any) -> str:
        return "application/json"

    def presigned(self, path: str, **query: object) -> str:
        arguments = {**query, "X-Amz-Expires": int(time.time()) + 3600, "X-Amz-Signature": SECRET}
        return f"{self.archive.storage_url}{quote(path)}?{urlencode(arguments)}"
