/**
 * The rollback against a deploy tool that is played, without a sandbox.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Reply, World } from "#holdpoint/fake";
import { assertSchema } from "#holdpoint/testing";

import plugin from "./rollback.js";

const settings = { tool: "endpoint:deploys" };

/** A deploy tool that runs a version. */
const tool = (version) =>
  new World()
    .on("GET", "endpoint:deploys/version", Reply.status(200).json({ version }))
    .on("POST", "endpoint:deploys/deploys", Reply.status(201));

test("the previous version can be brought back", async () => {
  assert.deepEqual(await tool("2.0.0").ask(plugin, "ready", settings), { tag: "ready" });
});

test("where it runs already there is nothing to do", async () => {
  assert.deepEqual(await tool("1.9.0").ask(plugin, "ready", settings), { tag: "already-there", val: "1.9.0 runs" });
});

test("the previous version is deployed under its key", async () => {
  const world = tool("2.0.0");
  const plan = await world.ask(plugin, "plan", settings);

  const report = await world.ask(plugin, "execute", settings, {}, plan.steps[0], { key: "k-1", fence: 3 });

  assert.equal(report.end, "started");
  const sent = JSON.parse(new TextDecoder().decode(world.requests[0].body));
  assert.deepEqual(sent, { version: "1.9.0", key: "k-1", fence: 3 });
});

test("a state that is not known is no success", async () => {
  const world = tool("2.0.0").on("GET", "endpoint:deploys/deploys/k-1", Reply.status(200).json({ state: "odd" }));

  const status = await world.ask(plugin, "status", settings, {}, { summary: "", steps: [] }, "k-1");

  assert.equal(status.progress, "unknown");
});

// After a change of the settings: with `HOLDPOINT_BLESS=1` in the environment the schema is written anew.
test("the schema that is shipped is the settings' own", () => {
  assertSchema(plugin, new URL("settings.schema.json", import.meta.url));
});
