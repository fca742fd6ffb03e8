"""HTTP: build a request, read the answer.

No redirect is followed and no cookie kept: each request stands alone and passes the host's gate by
itself.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from holdpoint.failure import HttpError, Malformed

Pairs = Mapping[str, Any] | Iterable[tuple[str, Any]]
"""Names and values: a dictionary, or pairs where a name stands several times."""

_PLACEHOLDER = re.compile(r"(\{\{secret:.*?\}\})", re.DOTALL)
"""A placeholder for a secret, which the host must find as it is."""

_LONGEST = 0xFFFF_FFFF
"""The most milliseconds that the interface can carry."""

_DAY = 86_400.0


@dataclass
class Request:
    """A request as the host wants it. `Host.build` makes one."""

    method: str
    url: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    timeout_ms: int | None = None
    max_body: int | None = None


@dataclass(frozen=True)
class Timings:
    """How long each part took, in microseconds. Parts that were not needed are None."""

    resolve: int | None
    connect: int | None
    tls: int | None
    first_byte: int
    total: int


@dataclass(frozen=True)
class Certificate:
    """What the server's certificate says; moments in seconds since the Unix epoch."""

    subject: str
    issuer: str
    names: list[str]
    not_before: int
    not_after: int
    fingerprint: str
    """The SHA-256 of the whole certificate, in hexadecimal."""

    def days_left(self, now: datetime) -> float:
        """Return for how many days it is still good (see `Host.now`); negative when it has ended."""
        return (self.not_after - int(now.timestamp())) / _DAY


@dataclass(frozen=True)
class Answer:
    """An answer. Any status is one."""

    status: int
    headers: list[tuple[str, str]]
    """Names in lower case, in the order in which they came."""
    body: bytes
    truncated: bool
    """Whether the body was longer than the limit and has been cut."""
    url: str
    """The absolute URL that was asked."""
    address: str | None
    protocol: str
    timings: Timings
    certificate: Certificate | None = None
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the status is one of success, 200 to 299."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any case."""
        return next(iter(self.headers_of(name)), None)

    def headers_of(self, name: str) -> list[str]:
        """Return all headers of this name, in any case, in the order in which they came."""
        return [value for own, value in self.headers if own.lower() == name.lower()]

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is shown as a replacement character."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON. Raises Malformed when it was cut or is none."""
        if self.truncated:
            raise Malformed(f"the answer of {self.url} was cut after {len(self.body)} bytes")
        try:
            return json.loads(self.body)
        except ValueError as error:
            told = f"the answer of {self.url} is not the JSON it should be: {error}"
            raise Malformed(told) from error

    def pointer(self, pointer: str, default: Any = None) -> Any:
        """Return what a JSON pointer finds in the body. Raises Malformed as `json` does."""
        value = self.json()
        if pointer == "":
            return value
        if not pointer.startswith("/"):
            return default
        for step in pointer[1:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and _is_index(key) and int(key) < len(value):
                value = value[int(key)]
            else:
                return default
        return value

    @property
    def total_ms(self) -> float:
        """How long the whole took, in milliseconds."""
        return self.timings.total / 1000

    @property
    def first_byte_ms(self) -> float:
        """How long it took until the first byte of the headers, in milliseconds."""
        return self.timings.first_byte / 1000


def build(
    method: str,
    url: str,
    *,
    params: Pairs | None = None,
    headers: Pairs | None = None,
    json: Any = None,
    form: Pairs | None = None,
    body: bytes | str | None = None,
    timeout: float | timedelta | None = None,
    max_body: int | None = None,
) -> Request:
    """Return a request. `timeout` is in seconds; without it the call's own deadline holds."""
    request = Request(str(method), _with_query(str(url), _pairs(params)), _pairs(headers))
    if json is not None:
        request.body = _json_bytes(json)
        _say_type(request, "application/json")
    elif form is not None:
        fields = (f"{form_encoded(name)}={form_encoded(value)}" for name, value in _pairs(form))
        request.body = "&".join(fields).encode()
        _say_type(request, "application/x-www-form-urlencoded")
    elif body is not None:
        request.body = body.encode() if isinstance(body, str) else bytes(body)
    request.timeout_ms = None if timeout is None else milliseconds(timeout)
    request.max_body = None if max_body is None else max(0, int(max_body))
    return request


def milliseconds(time: float | timedelta) -> int:
    """Return a time as the interface wants it: whole, and a positive one never as zero."""
    seconds = time.total_seconds() if isinstance(time, timedelta) else float(time)
    if not seconds >= 0:
        raise HttpError("invalid-request", f"{time} is no time")
    if seconds == 0:
        return 0
    return min(_LONGEST, max(1, round(seconds * 1_000_000) // 1000))


def form_encoded(text: str) -> str:
    """Return a name or value as it stands in an HTML form's body."""
    return _encoded(text, "+")


def query_encoded(text: str) -> str:
    """Return a name or value as it stands in a URL's query."""
    return _encoded(text, "%20")


def _encoded(text: str, space: str) -> str:
    parts = _PLACEHOLDER.split(str(text))
    return "".join(
        part if index % 2 else quote(part, safe="", errors="replace").replace("%20", space)
        for index, part in enumerate(parts)
    )


def _with_query(url: str, params: list[tuple[str, str]]) -> str:
    for name, value in params:
        mark = "&" if "?" in url else "?"
        url = f"{url}{mark}{query_encoded(name)}={query_encoded(value)}"
    return url


def _pairs(given: Pairs | None) -> list[tuple[str, str]]:
    if given is None:
        return []
    listed = given.items() if isinstance(given, Mapping) else given
    return [(str(name), _text(value)) for name, value in listed]


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _json_bytes(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        told = f"the body can't be written as JSON: {error}"
        raise HttpError("invalid-request", told) from error


def _say_type(request: Request, kind: str) -> None:
    if not any(name.lower() == "content-type" for name, _ in request.headers):
        request.headers.append(("content-type", kind))


def _is_index(text: str) -> bool:
    return re.fullmatch("0|[1-9][0-9]*", text) is not None
