"""The check against a world that is played, without a sandbox."""

import unittest
from pathlib import Path

from check import run
from holdpoint import Outcome
from holdpoint.fake import Fixture, Reply, World
from holdpoint.testing import assert_schema

HERE = Path(__file__).parent.parent
SETTINGS = {"url": "endpoint:shop/health"}


class CheckTest(unittest.TestCase):
    """What the check says of a service."""

    def test_a_service_that_is_well_passes(self) -> None:
        fixture = Fixture.read((HERE / "fixtures/healthy.json").read_text())

        verdict = fixture.check(run)

        self.assertEqual((verdict.outcome, verdict.summary), (Outcome.PASS, "the service is well"))

    def test_a_service_that_is_not_well_fails_with_both_sides(self) -> None:
        world = World()
        world.on("GET", "endpoint:shop/health", Reply.status(503))

        verdict = world.check(run, SETTINGS)

        self.assertEqual(verdict.outcome, Outcome.FAIL)
        self.assertEqual(verdict.summary, "health: status is 503 instead of 200")

    def test_a_service_that_is_down_fails(self) -> None:
        world = World()
        world.on("GET", "endpoint:shop/health", Reply.failed("connect", "refused"))

        verdict = world.check(run, SETTINGS)

        self.assertEqual(verdict.summary, "health does not answer")

    def test_the_schema_that_is_shipped_is_the_settings_own(self) -> None:
        # After a change of the settings: `HOLDPOINT_BLESS=1 python3 -m unittest` writes it anew.
        assert_schema(run, HERE / "settings.schema.json")


if __name__ == "__main__":
    unittest.main()
