"""Everything that a plugin can reach in a test.

What no test has arranged is denied, as in a sandbox without grants. Time stands still until a reply
takes some or the plugin sleeps.
"""

import json
from collections.abc import Callable
from typing import Any

from holdpoint.call import Call, Release
from holdpoint.failure import HttpError, failure_of
from holdpoint.fake.reply import BEGINNING, Reply
from holdpoint.host import Host
from holdpoint.http import Answer, Request
from holdpoint.net import Connection, Exchange, Received, TlsFacts
from holdpoint.plugin import Plugin
from holdpoint.settings import Problem
from holdpoint.verdict import Verdict

Responder = Callable[[Request], Reply | None]


class World:
    """A world in which nothing is allowed and nothing has happened."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        """The requests so far, in the order in which they were sent."""
        self.exchanges: list[Exchange] = []
        """The exchanges below HTTP so far."""
        self.log: list[tuple[str, str]] = []
        """The log so far: severity and message."""
        self.host = Host(_Imports(self))
        self._routes: dict[tuple[str, str], list[Reply]] = {}
        self._responder: Responder = lambda _: None
        self._bindings: dict[str, str] = {}
        self._network: dict[tuple[str, str], Any] = {}
        self._began = BEGINNING
        self._elapsed = 0.0

    def on(self, method: str, url: str, *replies: Reply) -> None:
        """Arrange replies, one after the other; the last is given again and again."""
        self._routes[method, self.absolute(url)] = list(replies)

    def answer_with(self, responder: Responder) -> None:
        """Arrange replies by a function, asked where no route fits; None is a denial."""
        self._responder = responder

    def bind(self, endpoint: str, url: str) -> None:
        """Bind an endpoint to a URL without a path. Unbound, NAME is `https://NAME.test`."""
        self._bindings[endpoint] = url.rstrip("/")

    def begin(self, moment: int) -> None:
        """Let the world begin at a moment, in milliseconds since the Unix epoch."""
        self._began = moment

    def let_pass(self, time: float) -> None:
        """Let so many seconds pass."""
        self._elapsed += time

    def on_net(self, operation: str, endpoint: str, result: Any) -> None:
        """Arrange what `resolve`, `connect`, `inspect-tls` or `transact` sees, or its HttpError.

        A function is given the exchange of a `transact`.
        """
        self._network[operation, endpoint] = result

    def call(self, **changes: Any) -> Call:
        """Return a call for a feature release of `shop` from 1.9.0 to 2.0.0."""
        release = Release("shop", "test", "2.0.0", "feature", "rolling", previous_version="1.9.0")
        return Call(**{"release": release, "name": "under-test", **changes})

    def check(
        self, plugin: Plugin, settings: dict[str, Any] | None = None, call: Call | None = None
    ) -> Verdict:
        """Run a check with settings as they stand in a plan, the way the sandbox does.

        Raises the Failure that the call would end with.
        """
        result = self.ask(plugin, "run", settings, call)
        assert isinstance(result, Verdict)
        return result

    def ask(
        self,
        plugin: Plugin,
        name: str,
        settings: dict[str, Any] | None = None,
        call: Call | None = None,
        *more: Any,
    ) -> Any:
        """Call any function of a plugin: `ready`, `plan`, `execute`, `shift`, `status`."""
        try:
            text = json.dumps(settings or {})
            return plugin.answer(name, self.host, call or self.call(), text, *more)
        except Exception as raised:
            failure = failure_of(raised)
            if failure is raised:
                raise
            raise failure from raised

    def validate(self, plugin: Plugin, settings: dict[str, Any] | None = None) -> list[Problem]:
        """Return what the plugin finds wrong with settings."""
        return plugin.problems(json.dumps(settings or {}))

    def absolute(self, url: str) -> str:
        """Return the absolute form of a URL that may begin with `endpoint:`."""
        if not url.startswith("endpoint:"):
            return url
        rest = url.removeprefix("endpoint:")
        end = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
        name = rest[:end]
        return f"{self._bindings.get(name, f'https://{name}.test')}{rest[end:]}"

    def reply_to(self, request: Request) -> Reply:
        """Return a route's next reply; else the function's, else a denial."""
        replies = self._routes.get((request.method, self.absolute(request.url)), [])
        if replies:
            return replies.pop(0) if len(replies) > 1 else replies[0]
        nothing = f"the test has arranged nothing for {request.method} {request.url}"
        return self._responder(request) or Reply.failed("denied", nothing)

    def arranged(self, operation: str, target: str, exchange: Exchange | None = None) -> Any:
        """Return what was arranged below HTTP, or raise it."""
        nothing = HttpError("denied", f"the test has arranged nothing for {operation} {target}")
        result = self._network.get((operation, target), nothing)
        if isinstance(result, HttpError):
            raise result
        return result(exchange) if callable(result) else result

    @property
    def moment(self) -> int:
        """The time, in milliseconds since the Unix epoch."""
        return self._began + int(self._elapsed * 1000 + 1e-6)

    @property
    def elapsed(self) -> float:
        """How many seconds have passed."""
        return self._elapsed


class _Imports:
    """What the sandbox's imports do there, done here."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, request: Request) -> Answer:
        reply = self._world.reply_to(request)
        self._world.requests.append(request)
        self._world.let_pass(reply.time)
        return reply.answer(request, self._world.absolute(request.url))

    def send_all(self, requests: list[Request]) -> list[Answer | HttpError]:
        return [self._result(request) for request in requests]

    def _result(self, request: Request) -> Answer | HttpError:
        try:
            return self.send(request)
        except HttpError as error:
            return error

    def resolve(self, target: str) -> list[str]:
        return list(self._world.arranged("resolve", target))

    def connect(self, target: str, timeout_ms: int | None) -> Connection:
        return self._world.arranged("connect", target)  # type: ignore[no-any-return]

    def inspect_tls(self, target: str, timeout_ms: int | None) -> TlsFacts:
        return self._world.arranged("inspect-tls", target)  # type: ignore[no-any-return]

    def transact(self, exchange: Exchange) -> Received:
        self._world.exchanges.append(exchange)
        found = self._world.arranged("transact", exchange.target, exchange)
        return found  # type: ignore[no-any-return]

    def log(self, severity: str, message: str) -> None:
        self._world.log.append((severity, message))

    def now(self) -> int:
        return self._world.moment

    def monotonic(self) -> int:
        return round(self._world.elapsed * 1e9)

    def sleep(self, time_ms: int) -> None:
        self._world.let_pass(time_ms / 1000)
