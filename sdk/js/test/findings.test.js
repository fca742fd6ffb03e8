/**
 * Findings: the verdict follows from what was expected.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Denied, Findings, HttpError } from "../src/index.js";
import { check } from "../src/index.js";
import { World } from "../src/fake.js";

const verdictOf = (see) =>
  new World().check(
    check({
      run() {
        const findings = new Findings();
        see(findings);
        return findings.verdict("fine");
      },
    }),
  );

test("all expectations met is a pass", async () => {
  const verdict = await verdictOf((findings) => findings.expectEq("status", 200, 200));

  assert.deepEqual([verdict.outcome, verdict.summary], ["pass", "fine"]);
});

test("an expectation not met is a fail that shows both sides", async () => {
  const verdict = await verdictOf((findings) => {
    findings.expectEq("status", 200, 500);
    findings.expectAtMost("latency", 300, 812.5, "ms");
  });

  assert.equal(verdict.outcome, "fail");
  assert.equal(verdict.summary, "status is 500 instead of 200 (and 1 more)");
  assert.equal(verdict.findings[0].expected, "200");
  assert.deepEqual([verdict.findings[1].expected, verdict.findings[1].observed], ["≤ 300 ms", "812.5 ms"]);
});

test("a check that expected nothing has found nothing out", async () => {
  const verdict = await verdictOf((findings) => findings.note("status", "is 200"));

  assert.equal(verdict.outcome, "inconclusive");
});

test("known to be wrong outweighs not known, which outweighs a warning", async () => {
  const wrong = await verdictOf((findings) => {
    findings.unknown("no answer");
    findings.fail("status", "is 500");
  });
  const unknown = await verdictOf((findings) => {
    findings.warn("certificate", "ends soon");
    findings.unknown("no answer");
  });

  assert.deepEqual([wrong.outcome, unknown.outcome], ["fail", "inconclusive"]);
});

test("a number that is not one is within no limit", async () => {
  const verdict = await verdictOf((findings) => {
    findings.expectAtMost("latency", 300, Number.NaN, "ms");
    findings.expectAtLeast("rate", 1, undefined, "1");
    findings.measure("latency", Number.NaN, "ms");
  });

  assert.equal(verdict.findings.length, 2);
  assert.equal(verdict.measurements[0].sample, "not-a-number");
});

test("a refused connection is a finding and a denial is not", async () => {
  const refused = await verdictOf((findings) => {
    assert.equal(findings.expectAnswer("GET /", new HttpError("connect", "refused")), null);
  });
  const denied = verdictOf((findings) => {
    findings.expectAnswer("GET /", () => {
      throw new HttpError("denied", "not granted");
    });
  });

  assert.equal(refused.summary, "GET / does not answer");
  assert.equal(refused.findings[0].observed, "no connection: refused");
  await assert.rejects(denied, (failure) => failure instanceof Denied && failure.message === "not granted");
});

test("an answer that makes no sense is inconclusive, also when it was waited for", async () => {
  const verdict = await new World().check(
    check({
      async run() {
        const findings = new Findings();
        const silent = Promise.reject(new HttpError("protocol", "two status lines"));
        assert.equal(await findings.expectAnswer("GET /", silent), null);
        return findings.verdict("fine");
      },
    }),
  );

  assert.equal(verdict.outcome, "inconclusive");
  assert.equal(verdict.summary, "GET /: the answer was not well-formed: two status lines");
});

test("numbers are written without an exponent and objects with their keys in order", async () => {
  const verdict = await verdictOf((findings) => {
    findings.expectEq("large", 1, 1.5e21);
    findings.expectEq("small", 1, -2.5e-7);
    findings.expectEq("object", { a: 1 }, { b: 2, a: [1, "x"] });
  });

  const observed = verdict.findings.map((finding) => finding.observed);
  assert.deepEqual(observed, ["1500000000000000000000", "-0.00000025", '{"a":[1,"x"],"b":2}']);
});

test("a long text is cut between two letters and says how long it is", async () => {
  const verdict = await verdictOf((findings) => findings.expectEq("text", "", `a${"é".repeat(200)}`));

  assert.equal(verdict.findings[0].observed, `a${"é".repeat(127)}… (401 bytes)`);
});
