"""Findings: the verdict follows from what was expected."""

import math
import unittest

from holdpoint import Denied, Findings, HttpError, Outcome, Silence
from holdpoint.fake import Reply, World


class FindingsTest(unittest.TestCase):
    """The rule table, and what findings say."""

    def setUp(self) -> None:
        self.findings = Findings()

    def test_all_expectations_met_is_a_pass(self) -> None:
        self.findings.expect_eq("status", 200, 200)

        verdict = self.findings.verdict("fine")
        self.assertEqual((verdict.outcome, verdict.summary), (Outcome.PASS, "fine"))

    def test_an_expectation_not_met_is_a_fail_that_shows_both_sides(self) -> None:
        self.findings.expect_eq("status", 200, 500)
        self.findings.expect_at_most("latency", 300.0, 812.5, "ms")

        verdict = self.findings.verdict("fine")
        self.assertEqual(verdict.outcome, Outcome.FAIL)
        self.assertEqual(verdict.summary, "status is 500 instead of 200 (and 1 more)")
        self.assertEqual(verdict.findings[0].expected, "200")
        self.assertEqual(verdict.findings[1].expected, "≤ 300 ms")
        self.assertEqual(verdict.findings[1].observed, "812.5 ms")

    def test_a_check_that_expected_nothing_has_found_nothing_out(self) -> None:
        self.findings.note("status", "is 200")

        self.assertEqual(self.findings.verdict("fine").outcome, Outcome.INCONCLUSIVE)

    def test_known_to_be_wrong_outweighs_not_known(self) -> None:
        self.findings.unknown("no answer")
        self.findings.fail("status", "is 500")

        self.assertEqual(self.findings.verdict("fine").outcome, Outcome.FAIL)

    def test_not_known_outweighs_a_warning(self) -> None:
        self.findings.warn("certificate", "ends soon")
        self.findings.unknown("no answer")

        self.assertEqual(self.findings.verdict("fine").outcome, Outcome.INCONCLUSIVE)

    def test_true_is_not_one(self) -> None:
        self.findings.expect_eq("flag", 1, True)

        self.assertEqual(self.findings.verdict("fine").findings[0].observed, "true")

    def test_a_number_that_is_not_one_is_within_no_limit(self) -> None:
        self.findings.expect_at_most("latency", 300.0, math.nan, "ms")
        self.findings.measure("latency", math.nan, "ms")

        verdict = self.findings.verdict("fine")
        self.assertEqual(verdict.outcome, Outcome.FAIL)
        self.assertEqual(verdict.measurements[0].sample, Silence.NOT_A_NUMBER)

    def test_a_refused_connection_is_a_finding(self) -> None:
        world = World()
        world.on("GET", "endpoint:shop/", Reply.failed("connect", "refused"))

        answer = self.findings.expect_answer("GET /", lambda: world.host.get("endpoint:shop/"))

        self.assertIsNone(answer)
        verdict = self.findings.verdict("fine")
        self.assertEqual(verdict.summary, "GET / does not answer")
        self.assertEqual(verdict.findings[0].observed, "no connection: refused")

    def test_a_denial_is_no_finding(self) -> None:
        with self.assertRaises(HttpError) as raised:
            self.findings.expect_answer("GET /", HttpError("denied", "not granted"))

        failure = raised.exception.to_failure()
        self.assertIsInstance(failure, Denied)
        self.assertEqual(str(failure), "not granted")

    def test_an_answer_that_makes_no_sense_is_inconclusive(self) -> None:
        self.findings.expect_answer("GET /", HttpError("protocol", "two status lines"))

        verdict = self.findings.verdict("fine")
        self.assertEqual(verdict.outcome, Outcome.INCONCLUSIVE)
        told = "GET /: the answer was not well-formed: two status lines"
        self.assertEqual(verdict.summary, told)

    def test_numbers_have_no_exponent_and_objects_their_keys_in_order(self) -> None:
        for value in (1.5e21, -2.5e-7, 300.0, {"b": 2.0, "a": [1, "ö"]}):
            self.findings.expect_eq("value", -1, value)

        seen = [finding.observed for finding in self.findings.verdict("fine").findings]
        wanted = ["1500000000000000000000", "-0.00000025", "300", '{"a":[1,"ö"],"b":2}']
        self.assertEqual(seen, wanted)

    def test_a_long_text_is_cut_between_two_letters(self) -> None:
        self.findings.expect_eq("text", "", "a" + "é" * 200)

        observed = self.findings.verdict("fine").findings[0].observed
        self.assertEqual(observed, "a" + "é" * 127 + "… (401 bytes)")
