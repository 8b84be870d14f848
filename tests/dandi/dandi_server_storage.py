"""The object store of the archive for tests."""

from __future__ import annotations

import re
import time
from typing import Any, ClassVar

from dandi_server_http import SECRET, UUID, Handler
from dandi_server_model import RefusedError, md5

_XML_PART = re.compile(r"<PartNumber>(\d+)</PartNumber>\s*<ETag>([^<]+)</ETag>")
_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


class StorageHandler(Handler):
    """The object store: takes and gives what a presigned address names, and nothing else."""

    name = "storage"
    routes: ClassVar = [
        ("part", "PUT", f"/uploads/{UUID}", "put_part"),
        ("storage-complete", "POST", f"/uploads/{UUID}", "complete"),
        ("storage-get", "GET", f"/blobs/{UUID}", "get_blob"),
    ]

    def encode(self, answer: Any) -> bytes:
        return str(answer or "").encode()

    def content_type(self, answer: Any) -> str:
        return "application/octet-stream" if isinstance(answer, bytes) else "application/xml"

    def check_signature(self) -> None:
        if self.headers.get("Authorization") is not None:
            raise RefusedError(400, "<Error><Code>InvalidArgument</Code>Only one auth mechanism allowed</Error>")
        expires = int(self.query.get("X-Amz-Expires", 0))
        if self.query.get("X-Amz-Signature") != SECRET or expires < time.time():
            raise RefusedError(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")

    def upload(self, identifier: str) -> Any:
        self.check_signature()
        if identifier not in self.model.uploads:
            raise RefusedError(404, "<Error><Code>NoSuchUpload</Code></Error>")
        return self.model.uploads[identifier]

    def put_part(self, identifier: str) -> Any:
        upload, number = self.upload(identifier), int(self.query["partNumber"])
        if len(self.body) != upload.part_sizes[number - 1]:
            raise RefusedError(400, "<Error><Code>EntityTooSmall</Code></Error>")
        content = self.body
        if self.damage == "corrupt":
            content = bytes([content[0] ^ 1]) + content[1:]
        upload.parts[number] = content
        return 200, "", {"ETag": f'"{md5(content)}"'}

    def complete(self, identifier: str) -> Any:
        upload = self.upload(identifier)
        if self.damage == "error-in-200":
            return 200, "<Error><Code>InternalError</Code><Message>We encountered an error.</Message></Error>", {}
        listed = [(int(number), etag) for number, etag in _XML_PART.findall(self.body.decode())]
        etag = self.model.complete(upload, listed)
        answer = f'<CompleteMultipartUploadResult {_NAMESPACE}><ETag>"{etag}"</ETag></CompleteMultipartUploadResult>'
        return 200, answer, {}

    def get_blob(self, identifier: str) -> Any:
        self.check_signature()
        return self.content(self.model.blobs[identifier].content)

    def content(self, content: bytes) -> Any:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if match is None:
            return 200, content, {}
        start = int(match[1])
        return 206, content[start:], {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
