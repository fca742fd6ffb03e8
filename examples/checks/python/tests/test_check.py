"""The check on a shop that is played, from what runs recorded."""

import unittest
from pathlib import Path

from check import run
from holdpoint import Outcome
from holdpoint.fake import Fixture, Reply, World
from holdpoint.testing import assert_schema

HERE = Path(__file__).parent.parent


def fixture(name: str) -> Fixture:
    """Return what a run recorded."""
    return Fixture.read((HERE / f"fixtures/{name}.json").read_text())


class OrderFlowTest(unittest.TestCase):
    """What the check says of a shop."""

    def test_an_order_that_is_kept_passes(self) -> None:
        verdict = fixture("good-release").check(run)

        self.assertEqual(verdict.outcome, Outcome.PASS)
        self.assertEqual(verdict.summary, "2 mug can be ordered, and the order is kept")
        self.assertEqual(verdict.measurements[0].name, "order-latency")

    def test_a_checkout_that_fails_is_a_finding_with_both_sides(self) -> None:
        verdict = fixture("bad-release").check(run)

        self.assertEqual(verdict.outcome, Outcome.FAIL)
        self.assertEqual(verdict.summary, "checkout: status is 500 instead of 201")
        self.assertEqual(verdict.findings[0].observed, "500")

    def test_an_order_that_takes_too_long_is_a_finding(self) -> None:
        good = fixture("good-release")

        verdict = good.check(run, good.settings | {"max-latency-ms": 0.5})

        self.assertEqual(verdict.summary, "checkout: latency is 0.812 ms, more than 0.5 ms")
        self.assertEqual(verdict.findings[0].expected, "≤ 0.5 ms")

    def test_a_shop_that_is_down_is_a_finding_and_not_an_error(self) -> None:
        world = World()
        world.on("GET", "endpoint:shop/login", Reply.failed("connect", "refused"))

        verdict = world.check(run, fixture("good-release").settings)

        self.assertEqual(verdict.outcome, Outcome.FAIL)
        self.assertEqual(verdict.summary, "login form does not answer")

    def test_what_is_shipped_is_what_the_code_says(self) -> None:
        assert_schema(run, HERE / "settings.schema.json")


if __name__ == "__main__":
    unittest.main()
