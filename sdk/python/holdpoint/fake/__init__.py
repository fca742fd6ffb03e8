"""A host for tests: says what a plugin is to see, and remembers what the plugin did."""

from holdpoint.fake.fixture import Fixture
from holdpoint.fake.reply import BEGINNING, Reply, certificate
from holdpoint.fake.world import World

__all__ = ["BEGINNING", "Fixture", "Reply", "World", "certificate"]
