/**
 * The rollout against a deploy tool that is played, without a sandbox.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Reply, World } from "#holdpoint/fake";
import { assertSchema } from "#holdpoint/testing";

import plugin from "./rollout.ts";

const settings = { tool: "endpoint:deploys" };
const share = { percent: 25 };

/** A deploy tool that gives a version this share. */
const tool = (version: string, percent: number) =>
  new World()
    .on("GET", "endpoint:deploys/traffic", Reply.status(200).json({ version, percent }))
    .on("POST", "endpoint:deploys/traffic", Reply.status(201));

test("a larger share can be given", async () => {
  assert.deepEqual(await tool("2.0.0", 10).ask(plugin, "ready", settings, {}, share), { tag: "ready" });
});

test("traffic is never taken away", async () => {
  const readiness = await tool("2.0.0", 50).ask(plugin, "ready", settings, {}, share);

  assert.deepEqual(readiness, { tag: "refused", val: "it has 50 % already" });
});

test("a share is asked for under its key", async () => {
  const world = tool("2.0.0", 10);

  const report = await world.ask(plugin, "shift", settings, {}, share, { key: "k-1", fence: 3 });

  assert.equal(report.end, "started");
  const sent = JSON.parse(new TextDecoder().decode(world.requests[0]?.body ?? undefined));
  assert.deepEqual(sent, { version: "2.0.0", percent: 25, key: "k-1", fence: 3 });
});

test("another version in its place is a failure", async () => {
  const status = await tool("1.9.0", 100).ask(plugin, "status", settings, {}, share, "k-1");

  assert.equal(status.progress, "failed");
});

// After a change of the settings: with `HOLDPOINT_BLESS=1` in the environment the schema is written anew.
test("the schema that is shipped is the settings' own", () => {
  assertSchema(plugin, new URL("settings.schema.json", import.meta.url));
});
