"""The rollback against a deploy tool that is played, without a sandbox."""

import json
import unittest
from pathlib import Path

from holdpoint import Order, Progress, Readiness, RollbackPlan, StepEnd
from holdpoint.fake import Reply, World
from holdpoint.testing import assert_schema
from rollback import Deploys

HERE = Path(__file__).parent.parent
SETTINGS = {"tool": "endpoint:deploys"}


def tool(version: str) -> World:
    """Return a deploy tool that runs a version."""
    world = World()
    running = Reply.status(200).json({"version": version})
    world.on("GET", "endpoint:deploys/version", running)
    world.on("POST", "endpoint:deploys/deploys", Reply.status(201))
    return world


class RollbackTest(unittest.TestCase):
    """What the rollback asks of the deploy tool, and makes of its answers."""

    def test_the_previous_version_can_be_brought_back(self) -> None:
        self.assertEqual(tool("2.0.0").ask(Deploys, "ready", SETTINGS), Readiness.ready())

    def test_where_it_runs_already_there_is_nothing_to_do(self) -> None:
        readiness = tool("1.9.0").ask(Deploys, "ready", SETTINGS)

        self.assertEqual(readiness, Readiness.already_there("1.9.0 runs"))

    def test_the_previous_version_is_deployed_under_its_key(self) -> None:
        world = tool("2.0.0")
        plan = world.ask(Deploys, "plan", SETTINGS)

        report = world.ask(Deploys, "execute", SETTINGS, None, plan.steps[0], Order("k-1", 3))

        self.assertEqual(report.end, StepEnd.STARTED)
        sent = json.loads(world.requests[0].body or b"")
        self.assertEqual(sent, {"version": "1.9.0", "key": "k-1", "fence": 3})

    def test_a_state_that_is_not_known_is_no_success(self) -> None:
        world = tool("2.0.0")
        odd = Reply.status(200).json({"state": "odd"})
        world.on("GET", "endpoint:deploys/deploys/k-1", odd)

        status = world.ask(Deploys, "status", SETTINGS, None, RollbackPlan("", []), "k-1")

        self.assertEqual(status.progress, Progress.UNKNOWN)

    def test_the_schema_that_is_shipped_is_the_settings_own(self) -> None:
        # After a change of the settings: `HOLDPOINT_BLESS=1 python3 -m unittest` writes it anew.
        assert_schema(Deploys, HERE / "settings.schema.json")


if __name__ == "__main__":
    unittest.main()
