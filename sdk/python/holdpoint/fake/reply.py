"""Replies that a fake host gives."""

import json
from dataclasses import dataclass, field, replace
from typing import Any, Self

from holdpoint.failure import HttpError
from holdpoint.http import Answer, Certificate, Request, Timings

BEGINNING = 1_767_225_600_000
"""When a world begins: 2026-01-01T00:00:00Z, in milliseconds since the Unix epoch."""

_DAY = 86_400


@dataclass(frozen=True)
class Reply:
    """A reply in the making: an answer, or why there is none. Each method returns another one."""

    code: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    content: bytes = b""
    time: float = 0.005
    """How long it takes, in seconds."""
    limit: int | None = None
    """The host's own limit on the body."""
    server: Certificate | None = None
    error: HttpError | None = None

    @classmethod
    def status(cls, code: int) -> Self:
        """Return an answer with this status, no headers and no body, after 5 ms."""
        return cls(code)

    @classmethod
    def failed(cls, kind: str, text: str) -> Self:
        """Return no answer, and why."""
        return cls(error=HttpError(kind, text))

    def header(self, name: str, value: str) -> Self:
        """Add a header. The host hands names on in lower case."""
        return replace(self, headers=[*self.headers, (name.lower(), value)])

    def body(self, body: bytes | str) -> Self:
        """Set the body."""
        return replace(self, content=body.encode() if isinstance(body, str) else body)

    def text(self, text: str) -> Self:
        """Set the body to text."""
        return self.body(text).header("content-type", "text/plain; charset=utf-8")

    def json(self, value: Any) -> Self:
        """Set the body to JSON."""
        return self.body(json.dumps(value)).header("content-type", "application/json")

    def after(self, time: float) -> Self:
        """Take so many seconds."""
        return replace(self, time=time)

    def cut_at(self, limit: int) -> Self:
        """Be cut by the host after so many bytes of the body."""
        return replace(self, limit=limit)

    def certified(self, certificate: Certificate) -> Self:
        """Come from a server with this certificate."""
        return replace(self, server=certificate)

    def answer(self, request: Request, url: str) -> Answer:
        """Return what the plugin gets, under the limits that it set itself."""
        if request.timeout_ms is not None and self.time * 1000 > request.timeout_ms:
            raise HttpError("timeout", f"after {request.timeout_ms} ms")
        if self.error is not None:
            raise self.error
        limits = [limit for limit in (request.max_body, self.limit) if limit is not None]
        limit = min(limits, default=len(self.content))
        total = round(self.time * 1_000_000)
        return Answer(
            status=self.code,
            headers=self.headers,
            body=self.content[:limit],
            truncated=len(self.content) > limit,
            url=url,
            address="192.0.2.1:443",
            protocol="HTTP/1.1",
            timings=Timings(None, None, None, total, total),
            certificate=self.server,
        )


def certificate(days_left: int) -> Certificate:
    """Return a certificate that is good for so many more days when the world begins."""
    now = BEGINNING // 1000
    return Certificate(
        subject="CN=shop.test",
        issuer="CN=Test CA",
        names=["shop.test"],
        not_before=now - 90 * _DAY,
        not_after=now + days_left * _DAY,
        fingerprint="ab" * 32,
    )
