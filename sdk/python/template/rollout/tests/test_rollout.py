"""The rollout against a deploy tool that is played, without a sandbox."""

import json
import unittest
from pathlib import Path

from holdpoint import Order, Progress, Readiness, Share, StepEnd
from holdpoint.fake import Reply, World
from holdpoint.testing import assert_schema
from rollout import Traffic

HERE = Path(__file__).parent.parent
SETTINGS = {"tool": "endpoint:deploys"}
SHARE = Share(25)


def tool(version: str, percent: int) -> World:
    """Return a deploy tool that gives a version this share."""
    world = World()
    traffic = Reply.status(200).json({"version": version, "percent": percent})
    world.on("GET", "endpoint:deploys/traffic", traffic)
    world.on("POST", "endpoint:deploys/traffic", Reply.status(201))
    return world


class RolloutTest(unittest.TestCase):
    """What the rollout asks of the deploy tool, and makes of its answers."""

    def test_a_larger_share_can_be_given(self) -> None:
        readiness = tool("2.0.0", 10).ask(Traffic, "ready", SETTINGS, None, SHARE)

        self.assertEqual(readiness, Readiness.ready())

    def test_traffic_is_never_taken_away(self) -> None:
        readiness = tool("2.0.0", 50).ask(Traffic, "ready", SETTINGS, None, SHARE)

        self.assertEqual(readiness, Readiness.refused("it has 50 % already"))

    def test_a_share_is_asked_for_under_its_key(self) -> None:
        world = tool("2.0.0", 10)

        report = world.ask(Traffic, "shift", SETTINGS, None, SHARE, Order("k-1", 3))

        self.assertEqual(report.end, StepEnd.STARTED)
        sent = json.loads(world.requests[0].body or b"")
        self.assertEqual(sent, {"version": "2.0.0", "percent": 25, "key": "k-1", "fence": 3})

    def test_another_version_in_its_place_is_a_failure(self) -> None:
        status = tool("1.9.0", 100).ask(Traffic, "status", SETTINGS, None, SHARE, "k-1")

        self.assertEqual(status.progress, Progress.FAILED)

    def test_the_schema_that_is_shipped_is_the_settings_own(self) -> None:
        # After a change of the settings: `HOLDPOINT_BLESS=1 python3 -m unittest` writes it anew.
        assert_schema(Traffic, HERE / "settings.schema.json")


if __name__ == "__main__":
    unittest.main()
