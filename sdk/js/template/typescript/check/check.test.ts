/**
 * The check against a world that is played, without a sandbox.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Fixture, Reply, World } from "#holdpoint/fake";
import { assertSchema } from "#holdpoint/testing";

import plugin from "./check.ts";

test("a service that is well passes", async () => {
  const fixture = Fixture.read(readFileSync(new URL("fixtures/healthy.json", import.meta.url), "utf8"));

  const verdict = await fixture.check(plugin);

  assert.deepEqual([verdict.outcome, verdict.summary], ["pass", "the service is well"]);
});

test("a service that is not well fails with both sides", async () => {
  const world = new World().on("GET", "endpoint:shop/health", Reply.status(503));

  const verdict = await world.check(plugin, { url: "endpoint:shop/health" });

  assert.deepEqual([verdict.outcome, verdict.summary], ["fail", "health: status is 503 instead of 200"]);
});

test("a service that is down fails", async () => {
  const world = new World().on("GET", "endpoint:shop/health", Reply.failed("connect", "refused"));

  const verdict = await world.check(plugin, { url: "endpoint:shop/health" });

  assert.deepEqual([verdict.outcome, verdict.summary], ["fail", "health does not answer"]);
});

// After a change of the settings: with `HOLDPOINT_BLESS=1` in the environment the schema is written anew.
test("the schema that is shipped is the settings' own", () => {
  assertSchema(plugin, new URL("settings.schema.json", import.meta.url));
});
