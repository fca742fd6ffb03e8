"""Plugins in a fake world: settings, requests, failures, the clock, fixtures."""

import json
import logging
import unittest
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from holdpoint import (
    Call,
    Endpoint,
    Findings,
    Host,
    HttpError,
    Malformed,
    Order,
    Problem,
    Progress,
    Readiness,
    RollbackPlan,
    StatusReport,
    Step,
    StepEnd,
    StepReport,
    Target,
    Verdict,
    check,
    form_encoded,
    rollback,
    setting,
)
from holdpoint.failure import Denied, Internal, SettingsFailure
from holdpoint.fake import Fixture, Reply, World, certificate
from holdpoint.log import LogHandler
from holdpoint.settings import schema_of


class Level(Enum):
    """One of the plan's words."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True)
class Part:
    """One of several."""

    status: int
    name: str | None = None


@dataclass(frozen=True)
class Settings:
    """What the check is given."""

    url: Target = setting("Where.")
    max_latency_ms: float = setting("The longest.", default=300.0, minimum=1)
    steps: list[Part] = field(default_factory=list)
    level: Level = Level.LOW
    mode: Literal["a", "b", "c"] = "a"
    pairs: list[tuple[str, int]] = field(default_factory=list)


def examine(settings: Settings) -> list[Problem]:
    """Find what types can't say."""
    if settings.max_latency_ms == 13:
        return [Problem("/max-latency-ms", "is 13", "take 12")]
    return []


@check(validate=examine)
def health(host: Host, settings: Settings, call: Call) -> Verdict:
    """Look at a service's health."""
    findings = Findings()
    answer = findings.expect_answer("health", lambda: host.get(settings.url))
    if answer is not None:
        findings.expect_eq("status", 200, answer.status)
        findings.expect_at_most("latency", settings.max_latency_ms, answer.total_ms, "ms")
    return findings.verdict(f"{call.release.service} is healthy")


@rollback
class Back:
    """A way back that has one step."""

    def ready(self, host: Host, settings: Settings, call: Call) -> Readiness:
        return Readiness.already_there("1.9.0 runs")

    def plan(self, host: Host, settings: Settings, call: Call) -> RollbackPlan:
        return RollbackPlan("one step", [Step("a", "A", "p")])

    def execute(
        self, host: Host, settings: Settings, call: Call, step: Step, order: Order
    ) -> StepReport:
        return StepReport(StepEnd.DONE, f"{step.id} under {order.key}")

    def status(
        self, host: Host, settings: Settings, call: Call, plan: RollbackPlan, key: str
    ) -> StatusReport:
        return StatusReport(Progress.COMPLETE, plan.summary)


GOOD = {"url": "endpoint:shop/health"}


class SettingsTest(unittest.TestCase):
    """From the plan's JSON to a dataclass."""

    def first(self, **given: object) -> Problem:
        return World().validate(health, GOOD | given)[0]

    def test_a_wrong_type_is_told_with_its_place(self) -> None:
        problem = self.first(steps=[{"status": 200}, {"status": "ok"}])

        self.assertEqual(problem.pointer, "/steps/1/status")
        self.assertEqual(problem.message, 'invalid type: string "ok", expected an integer')

    def test_what_does_not_fit_is_told_with_its_place(self) -> None:
        for given, pointer, message in [
            ({"steps": [{"status": 1, "stauts": 1}]}, "/steps/0/stauts", "unknown field `stauts`"),
            ({"steps": [{"status": True}]}, "/steps/0/status", "boolean `true`"),
            ({"max-latency-ms": 0}, "/max-latency-ms", "less than 1"),
            ({"level": "middle"}, "/level", "expected `low` or `high`"),
            ({"mode": 1}, "/mode", "expected one of `a`, `b`, `c`"),
            ({"url": "shop"}, "/url", "`shop` is not a target"),
            ({"pairs": [["a", 1], ["b"]]}, "/pairs/1", "expected a sequence of 2"),
        ]:
            with self.subTest(given=given):
                problem = self.first(**given)
                self.assertEqual(problem.pointer, pointer)
                self.assertIn(message, problem.message)

    def test_a_missing_setting_is_told(self) -> None:
        self.assertEqual(World().validate(health)[0].message, "missing field `url`")

    def test_a_rule_of_the_plugins_own_stops_the_call(self) -> None:
        with self.assertRaisesRegex(SettingsFailure, "^/max-latency-ms: is 13$"):
            World().check(health, GOOD | {"max-latency-ms": 13})

    def test_the_schema_says_what_is_read(self) -> None:
        schema = schema_of(Settings)

        self.assertEqual(schema["required"], ["url"])
        self.assertFalse(schema["additionalProperties"])
        longest = {"type": "number", "description": "The longest.", "minimum": 1, "default": 300.0}
        self.assertEqual(schema["properties"]["max-latency-ms"], longest)
        self.assertEqual(schema["properties"]["level"], {"enum": ["low", "high"], "default": "low"})

    def test_an_endpoint_has_no_path_and_a_target_may(self) -> None:
        self.assertEqual(Endpoint("endpoint:api").below("/users"), "endpoint:api/users")
        self.assertEqual(Target("endpoint:api/v1/?x=1").below("users"), "endpoint:api/v1/users")
        for text in ("endpoint:api/x", "endpoint:", "https://shop.test", "endpoint:" + "a" * 65):
            with self.subTest(text=text), self.assertRaises(ValueError):
                Endpoint(text)


class WorldTest(unittest.TestCase):
    """What a plugin sees of a fake world."""

    def setUp(self) -> None:
        self.world = World()
        self.host = self.world.host

    def test_settings_arrive_with_their_defaults(self) -> None:
        self.world.on("GET", "endpoint:shop/health", Reply.status(200).after(0.4))

        verdict = self.world.check(health, GOOD)

        self.assertEqual(verdict.summary, "latency is 400 ms, more than 300 ms")

    def test_a_request_carries_what_was_put_into_it(self) -> None:
        self.world.answer_with(lambda _: Reply.status(201).after(0))

        self.host.post(
            "endpoint:shop/api?x=1",
            params={"q": "a b", "s": "{{secret:key}}"},
            headers={"accept": "*/*"},
            json={"a": "ö"},
            timeout=0.0001,
            max_body=99,
        )

        request = self.world.requests[0]
        self.assertEqual(request.url, "endpoint:shop/api?x=1&q=a%20b&s={{secret:key}}")
        json_type = ("content-type", "application/json")
        self.assertEqual(request.headers, [("accept", "*/*"), json_type])
        self.assertEqual(request.body, '{"a":"ö"}'.encode())
        self.assertEqual((request.timeout_ms, request.max_body), (1, 99))

    def test_a_form_leaves_a_placeholder_for_a_secret_to_the_host(self) -> None:
        self.assertEqual(
            form_encoded("x {{secret:test-user}}!é"), "x+{{secret:test-user}}%21%C3%A9"
        )

    def test_a_body_that_was_cut_is_never_read_as_json(self) -> None:
        self.world.on("GET", "endpoint:shop/", Reply.status(200).text("12345"))

        answer = self.host.get("endpoint:shop/", max_body=2)

        self.assertEqual(answer.text, "12")
        self.assertRaises(Malformed, answer.json)

    def test_a_json_pointer_finds_what_is_there(self) -> None:
        self.world.on("GET", "endpoint:shop/", Reply.status(200).json({"a/b": [{"m~n": 0}]}))

        answer = self.host.get("endpoint:shop/")

        self.assertEqual(answer.pointer("/a~1b/0/m~0n"), 0)
        self.assertIsNone(answer.pointer("/a~1b/00/m~0n"))

    def test_what_no_test_has_arranged_is_denied(self) -> None:
        with self.assertRaisesRegex(Denied, "arranged nothing for GET endpoint:shop/health"):
            self.world.check(health, GOOD)

    def test_an_exception_that_nobody_expected_is_the_plugins_own_with_its_place(self) -> None:
        @check
        def broken(host: Host, settings: Settings, call: Call) -> Verdict:
            return {}["none"]  # type: ignore[no-any-return]

        with self.assertRaisesRegex(Internal, "KeyError: 'none' .*test_plugin.py.* in broken"):
            self.world.check(broken, GOOD)

    def test_what_is_no_verdict_is_told_to_the_author(self) -> None:
        @check
        def broken(host: Host, settings: Settings, call: Call) -> Verdict:
            return None  # type: ignore[return-value]

        with self.assertRaisesRegex(Internal, "`run` returned NoneType instead of a Verdict"):
            self.world.check(broken, GOOD)

    def test_several_requests_are_answered_in_their_order(self) -> None:
        self.world.on("GET", "endpoint:a/", Reply.status(200))
        self.world.on("GET", "endpoint:b/", Reply.failed("tls", "old"))

        urls = ("endpoint:a/", "endpoint:b/")
        good, bad = self.host.send_all([self.host.build("GET", url) for url in urls])

        assert not isinstance(good, HttpError) and isinstance(bad, HttpError)
        self.assertEqual((good.status, bad.kind), (200, "tls"))

    def test_time_passes_only_when_something_takes_some(self) -> None:
        before = self.host.now()

        self.host.sleep(1.25)

        self.assertEqual((self.host.now() - before).total_seconds(), 1.25)
        self.assertEqual(self.host.monotonic(), 1.25)

    def test_a_certificate_that_has_ended_has_less_than_no_days_left(self) -> None:
        self.assertEqual(certificate(3).days_left(self.host.now()), 3)
        self.assertLess(certificate(-1).days_left(self.host.now()), 0)

    def test_pythons_own_logging_reaches_the_calls_log(self) -> None:
        logger = logging.Logger("own")
        logger.addHandler(LogHandler(self.host))

        logger.warning("two\n%s", "lines")

        self.assertEqual(self.world.log, [("warn", "two"), ("warn", "lines")])

    def test_a_rollbacks_methods_are_called_with_what_they_need(self) -> None:
        self.assertEqual(self.world.ask(Back, "ready", GOOD).word, "already-there")
        plan = self.world.ask(Back, "plan", GOOD)
        step, order = plan.steps[0], Order("k", 1)
        self.assertEqual(
            self.world.ask(Back, "execute", GOOD, None, step, order).summary, "a under k"
        )
        status = self.world.ask(Back, "status", GOOD, None, plan, "k")
        self.assertEqual(status.summary, "one step")


RECORDED = {
    "fixture": 1,
    "check": "health",
    "settings": GOOD,
    "release": {
        "service": "shop", "environment": "test", "version": "1.5.0", "previous-version": "1.4.0",
        "change": "feature", "strategy": "rolling", "labels": {},
    },
    "began": 1790000000000,
    "endpoints": {"shop": "http://127.0.0.1:8080/base"},
    "exchanges": [
        {"method": "GET", "url": "http://127.0.0.1:8080/base/health", "answer": {"status": 503}}
    ],
    "ended": {"word": "fail"},
}  # fmt: skip


class FixtureTest(unittest.TestCase):
    """Recorded calls, played again."""

    def test_what_was_recorded_is_answered_in_its_order_and_nothing_else(self) -> None:
        fixture = Fixture.read(json.dumps(RECORDED))

        verdict = fixture.check(health)

        self.assertEqual((verdict.outcome.value, fixture.word), ("fail", "fail"))
        world = fixture.world()
        self.assertEqual(int(world.host.now().timestamp()), 1790000000)
        world.host.get("endpoint:shop/health")
        with self.assertRaisesRegex(HttpError, "holds 1 answers"):
            world.host.get("endpoint:shop/health")
        self.assertEqual(fixture.call().release.previous_version, "1.4.0")

    def test_what_is_no_fixture_is_told_with_its_place(self) -> None:
        for exchange, why in [
            ({}, "exchange 1 of the fixture, GET x: one of"),
            ({"answer": {"status": 1, "body-hex": "0"}}, "not hexadecimal"),
            ({"answer": {"status": 1, "body-lost": 9}}, "9 bytes was not kept"),
            ({"failed": {"part": "tsl", "why": ""}}, "unknown part `tsl`"),
            ({"answer": {"boddy": 1}}, "unknown field `boddy`"),
        ]:
            text = json.dumps(
                {"fixture": 1, "exchanges": [{"method": "GET", "url": "x"} | exchange]}
            )
            with self.subTest(why=why), self.assertRaisesRegex(ValueError, why):
                Fixture.read(text)
