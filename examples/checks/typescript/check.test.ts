/**
 * The check on a shop that is played, from what runs recorded.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Fixture, Reply, World } from "#holdpoint/fake";
import { assertSchema } from "#holdpoint/testing";

import plugin from "./check.ts";

const fixture = (name: string) =>
  Fixture.read(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

test("an order that is kept passes", async () => {
  const verdict = await fixture("good-release").check(plugin);

  assert.equal(verdict.outcome, "pass");
  assert.equal(verdict.summary, "2 mug can be ordered, and the order is kept");
  assert.equal(verdict.measurements[0]?.name, "order-latency");
});

test("a checkout that fails is a finding with both sides", async () => {
  const verdict = await fixture("bad-release").check(plugin);

  assert.deepEqual([verdict.outcome, verdict.summary], ["fail", "checkout: status is 500 instead of 201"]);
  assert.equal(verdict.findings[0]?.observed, "500");
});

test("an order that takes too long is a finding", async () => {
  const good = fixture("good-release");

  const verdict = await good.check(plugin, { ...good.settings, "max-latency-ms": 0.5 });

  assert.equal(verdict.summary, "checkout: latency is 0.812 ms, more than 0.5 ms");
  assert.equal(verdict.findings[0]?.expected, "≤ 0.5 ms");
});

test("a shop that is down is a finding and not an error", async () => {
  const world = new World().on("GET", "endpoint:shop/login", Reply.failed("connect", "refused"));

  const verdict = await world.check(plugin, fixture("good-release").settings);

  assert.deepEqual([verdict.outcome, verdict.summary], ["fail", "login form does not answer"]);
});

test("what is shipped is what the code says", () => {
  assertSchema(plugin, new URL("settings.schema.json", import.meta.url));
});
