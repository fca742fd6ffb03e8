"""The host as a plugin sees it: HTTP, the network below it, the log, the clock.

The same in the sandbox and in a test; a test gets its host from a fake world.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from holdpoint.display import display
from holdpoint.failure import HttpError
from holdpoint.http import Answer, Request, build, milliseconds
from holdpoint.net import MAX_BYTES, Connection, Exchange, Received, TlsFacts

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Imports(Protocol):
    """What the sandbox imports, or a test plays. Whatever does not answer raises HttpError."""

    def send(self, request: Request) -> Answer: ...
    def send_all(self, requests: list[Request]) -> list[Answer | HttpError]: ...
    def resolve(self, target: str) -> list[str]: ...
    def connect(self, target: str, timeout_ms: int | None) -> Connection: ...
    def inspect_tls(self, target: str, timeout_ms: int | None) -> TlsFacts: ...
    def transact(self, exchange: Exchange) -> Received: ...
    def log(self, severity: str, message: str) -> None: ...
    def now(self) -> int: ...
    def monotonic(self) -> int: ...
    def sleep(self, time_ms: int) -> None: ...


class Host:
    """The way to the outside.

    URLs are `endpoint:NAME/path` or absolute ones within a granted endpoint. Requests take `params`,
    `headers`, `json`, `form`, `body`, `timeout` (in seconds) and `max_body` (in bytes). Whatever does
    not answer raises HttpError; any status is an answer.
    """

    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    def get(self, url: str, **options: Any) -> Answer:
        """Send a GET request."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Any) -> Answer:
        """Send a HEAD request."""
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        """Send a POST request."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> Answer:
        """Send a PUT request."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Any) -> Answer:
        """Send a PATCH request."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> Answer:
        """Send a DELETE request."""
        return self.request("DELETE", url, **options)

    def request(self, method: str, url: str, **options: Any) -> Answer:
        """Send a request with any method, in capitals."""
        return self.send(build(method, url, **options))

    @staticmethod
    def build(method: str, url: str, **options: Any) -> Request:
        """Return a request instead of sending it, for `send_all`."""
        return build(method, url, **options)

    def send(self, request: Request) -> Answer:
        """Send a request that has been built before."""
        return self._imports.send(request)

    def send_all(self, requests: Sequence[Request]) -> list[Answer | HttpError]:
        """Send several requests side by side and wait for all; what comes stands in their order."""
        return self._imports.send_all(list(requests))

    def resolve(self, endpoint: str) -> list[str]:
        """Return the addresses behind an endpoint that may be dialled."""
        return self._imports.resolve(str(endpoint))

    def connect(self, endpoint: str, *, timeout: float | timedelta | None = None) -> Connection:
        """Open a TCP connection and close it."""
        return self._imports.connect(str(endpoint), _limit(timeout))

    def inspect_tls(self, endpoint: str, *, timeout: float | timedelta | None = None) -> TlsFacts:
        """Open a TLS connection, verify it and close it."""
        return self._imports.inspect_tls(str(endpoint), _limit(timeout))

    def transact(
        self,
        endpoint: str,
        *,
        secured: bool = False,
        send: bytes | None = None,
        until: bytes | None = None,
        max_bytes: int = MAX_BYTES,
        timeout: float | timedelta | None = None,
    ) -> Received:
        """Open a connection, send, read and close it.

        Reads until these bytes have come; without them, until the peer closes or `max_bytes` have.
        """
        exchange = Exchange(str(endpoint), secured, send, until, max_bytes, _limit(timeout))
        return self._imports.transact(exchange)

    def log(self, severity: str, message: Any) -> None:
        """Write a line of severity `debug`, `info`, `warn` or `error` into the call's log."""
        self._imports.log(severity, display(message))

    def debug(self, message: Any) -> None:
        """Log for the plugin's author."""
        self.log("debug", message)

    def info(self, message: Any) -> None:
        """Log for whoever reads the report closely."""
        self.log("info", message)

    def warn(self, message: Any) -> None:
        """Log something unusual."""
        self.log("warn", message)

    def error(self, message: Any) -> None:
        """Log something wrong."""
        self.log("error", message)

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return _EPOCH + timedelta(milliseconds=self._imports.now())

    def monotonic(self) -> float:
        """Return seconds since an unspecified moment; they never go back."""
        return self._imports.monotonic() / 1e9

    def sleep(self, time: float | timedelta) -> None:
        """Wait so many seconds, which count towards the call's deadline."""
        self._imports.sleep(milliseconds(time))


def _limit(timeout: float | timedelta | None) -> int | None:
    return None if timeout is None else milliseconds(timeout)
