"""The check on its fixtures, without a sandbox."""

import unittest
from pathlib import Path

from check import run
from holdpoint.fake import Fixture
from holdpoint.testing import assert_schema

HERE = Path(__file__).parent.parent


class FreshnessTest(unittest.TestCase):
    """What the check says of documents."""

    def test_every_fixture_ends_as_it_says(self) -> None:
        for file in sorted((HERE / "fixtures").glob("*.json")):
            with self.subTest(fixture=file.stem):
                fixture = Fixture.read(file.read_text())

                self.assertEqual(fixture.check(run).outcome.value, fixture.word)

    def test_what_is_shipped_is_what_the_code_says(self) -> None:
        assert_schema(run, HERE / "settings.schema.json")


if __name__ == "__main__":
    unittest.main()
