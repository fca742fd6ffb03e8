"""Fixtures: calls that were recorded with `holdpoint run --record DIR`, or written by hand."""

import json
from typing import Any, Self

from holdpoint.call import Call, Release
from holdpoint.fake.reply import Reply
from holdpoint.fake.world import World
from holdpoint.plugin import Plugin
from holdpoint.verdict import Verdict

_FORMAT = 1
"""The form that is read here."""

_KEYS = {
    "fixture", "name", "what", "check", "attempt", "plugin", "settings", "release", "began",
    "endpoints", "exchanges", "left-out", "ended", "expect", "labels", "limits", "repeat",
}  # fmt: skip
_EXCHANGE_KEYS = {"method", "url", "request", "answer", "denied", "failed"}
_ANSWER_KEYS = {"status", "headers", "body", "body-hex", "body-lost", "truncated", "micros"}
_PARTS = {"dns", "connect", "tls", "timeout", "protocol", "limit", "invalid-request"}


class Fixture:
    """A recorded call: what the check was given, what it saw, and how it ended."""

    def __init__(self, recorded: dict[str, Any]) -> None:
        self._recorded = recorded

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a fixture's text. Raises ValueError with the place of what is wrong with it."""
        recorded = json.loads(text)
        _known(recorded, _KEYS, "the fixture")
        if recorded.get("fixture") != _FORMAT:
            found = recorded.get("fixture")
            raise ValueError(f"the fixture has format {found}, and format {_FORMAT} is read here")
        for number, exchange in enumerate(recorded.get("exchanges", []), 1):
            said = f"{exchange.get('method')} {exchange.get('url')}"
            _playable(exchange, f"exchange {number} of the fixture, {said}")
        return cls(recorded)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the check had."""
        return dict(self._recorded.get("settings", {}))

    @property
    def word(self) -> str | None:
        """How the call ended in a word, or is expected to."""
        ended = self._recorded.get("ended") or {}
        return (self._recorded.get("expect") or {}).get("outcome") or ended.get("word")

    @property
    def summary(self) -> str | None:
        """The summary of the verdict, or the one that is expected."""
        ended = self._recorded.get("ended") or {}
        said = ended.get("outcome", {}).get("verdict", {}).get("summary")
        return (self._recorded.get("expect") or {}).get("summary") or said

    @property
    def left_out(self) -> int:
        """How many uses of the network were not over HTTP, and so are not in the fixture."""
        return int(self._recorded.get("left-out", 0))

    def world(self) -> World:
        """Return a world in which the recorded requests are answered as they were."""
        world = World()
        for name, url in (self._recorded.get("endpoints") or {}).items():
            world.bind(name, url)
        if self._recorded.get("began") is not None:
            world.begin(self._recorded["began"])
        replies: dict[tuple[str, str], list[Reply]] = {}
        for exchange in self._recorded.get("exchanges", []):
            key = exchange["method"], world.absolute(exchange["url"])
            replies.setdefault(key, []).append(_reply(exchange))
        for (method, url), recorded in replies.items():
            holds = f"the fixture holds {len(recorded)} answers to {method} {url}"
            more = Reply.failed("denied", f"{holds}, and this is one request more")
            world.on(method, url, *recorded, more)
        return world

    def call(self) -> Call:
        """Return the call as it was made."""
        given = {
            "name": self._recorded.get("check"),
            "attempt": self._recorded.get("attempt"),
            "labels": self._recorded.get("labels"),
        }
        changes = {name: value for name, value in given.items() if value is not None}
        if release := self._recorded.get("release"):
            known = {name.replace("-", "_"): value for name, value in release.items()}
            changes["release"] = Release(**known)
        return World().call(**changes)

    def check(self, plugin: Plugin, settings: dict[str, Any] | None = None) -> Verdict:
        """Run a check on what was recorded, with other settings where a test wants to try some."""
        chosen = self.settings if settings is None else settings
        return self.world().check(plugin, chosen, self.call())


def _playable(exchange: dict[str, Any], where: str) -> None:
    """Raise unless there is exactly one end, and all of it."""
    _known(exchange, _EXCHANGE_KEYS, where)
    ends = [end for end in ("answer", "denied", "failed") if exchange.get(end) is not None]
    if len(ends) != 1:
        raise ValueError(f"{where}: one of `answer`, `denied` and `failed` is to stand here")
    if ends == ["failed"] and exchange["failed"].get("part") not in _PARTS:
        raise ValueError(f"{where}: unknown part `{exchange['failed'].get('part')}`")
    if ends == ["answer"]:
        _whole(exchange["answer"], where)


def _whole(answer: dict[str, Any], where: str) -> None:
    _known(answer, _ANSWER_KEYS, where)
    if (lost := answer.get("body-lost")) is not None:
        told = f"the answer's body of {lost} bytes was not kept"
        raise ValueError(f"{where}: {told}: put one in `body`, or take this out")
    if answer.get("body-hex") is None:
        return
    if answer.get("body") is not None:
        raise ValueError(f"{where}: `body` and `body-hex` can't both stand here")
    try:
        bytes.fromhex(answer["body-hex"])
    except ValueError as error:
        raise ValueError(f"{where}: its body-hex is not hexadecimal") from error


def _reply(exchange: dict[str, Any]) -> Reply:
    if failed := exchange.get("failed"):
        return Reply.failed(failed["part"], failed["why"])
    if (answer := exchange.get("answer")) is None:
        return Reply.failed("denied", exchange["denied"])
    hexadecimal = answer.get("body-hex")
    text = (answer.get("body") or "").encode()
    body = text if hexadecimal is None else bytes.fromhex(hexadecimal)
    reply = Reply.status(answer["status"])
    for name, value in answer.get("headers", []):
        reply = reply.header(name, value)
    # One byte more than was kept, which is cut again.
    is_cut = answer.get("truncated", False)
    reply = reply.body(body + b"\0").cut_at(len(body)) if is_cut else reply.body(body)
    return reply.after(answer.get("micros", 0) / 1_000_000)


def _known(value: dict[str, Any], keys: set[str], where: str) -> None:
    for key in value:
        if key not in keys:
            raise ValueError(f"{where}: unknown field `{key}`")
