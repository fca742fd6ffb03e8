/**
 * The check on the same fixtures, without a sandbox.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Fixture } from "#holdpoint/fake";
import { assertSchema } from "#holdpoint/testing";

import plugin from "./check.js";

const fixture = (name) => Fixture.read(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

test("each place that does not fit is a finding", async () => {
  const verdict = await fixture("shape").check(plugin);

  assert.equal(verdict.outcome, "fail");
  assert.deepEqual(verdict.findings.map(({ subject }) => subject), ["/id", "/lines/1/quantity"]);
});

test("a document that fits passes", async () => {
  assert.equal((await fixture("fits").check(plugin)).outcome, "pass");
});

test("what is shipped is what the code says", () => {
  assertSchema(plugin, new URL("settings.schema.json", import.meta.url));
});
