/**
 * Plugins in a fake world: settings, requests, failures, the clock.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import * as holdpoint from "../src/index.js";
import { Fixture, Reply, World, certificate } from "../src/fake.js";
import { schemaText } from "../src/testing.js";

const { Findings, HttpError, check, integer, list, number, object, oneOf, rollback, target, text } = holdpoint;

const settings = object({
  url: target().describe("Where."),
  maxLatencyMs: number({ minimum: 1 }).default(300),
  steps: list(object({ status: integer(), name: text().optional() })).optional(),
  level: oneOf("low", "high").optional(),
});

const health = check({
  settings,
  validate: ({ maxLatencyMs }) => (maxLatencyMs === 13 ? [{ pointer: "/max-latency-ms", message: "is 13" }] : []),
  run(host, { url, maxLatencyMs }, call) {
    const findings = new Findings();
    const answer = findings.expectAnswer("health", () => host.get(url));
    if (answer !== null) {
      findings.expectEq("status", 200, answer.status);
      findings.expectAtMost("latency", maxLatencyMs, answer.totalMs, "ms");
    }
    return findings.verdict(`${call.release.service} is healthy`);
  },
});

test("settings arrive with their defaults, and keys in camelCase", async () => {
  const world = new World().on("GET", "endpoint:shop/health", Reply.status(200).after(400));

  const verdict = await world.check(health, { url: "endpoint:shop/health" });

  assert.equal(verdict.summary, "latency is 400 ms, more than 300 ms");
});

test("what doesn't fit is told with its place", () => {
  const wrong = (given) => new World().validate(health, { url: "endpoint:shop", ...given })[0];

  assert.deepEqual(wrong({ steps: [{ status: 200 }, { status: "ok" }] }), {
    pointer: "/steps/1/status",
    message: 'invalid type: string "ok", expected an integer',
    hint: null,
  });
  assert.equal(wrong({ steps: [{ status: 1, stauts: 1 }] }).pointer, "/steps/0/stauts");
  assert.equal(wrong({ "max-latency-ms": 0 }).message, "0 is less than 1");
  assert.equal(wrong({ level: "middle" }).message, "unknown variant `middle`, expected `low` or `high`");
  assert.equal(wrong({ url: "shop" }).pointer, "/url");
  assert.equal(new World().validate(health, {})[0].message, "missing field `url`");
});

test("a rule of the plugin's own stops the call", async () => {
  const called = new World().check(health, { url: "endpoint:shop", "max-latency-ms": 13 });

  await assert.rejects(called, { name: "SettingsFailure", message: "/max-latency-ms: is 13" });
});

test("the schema says what is read", () => {
  const schema = JSON.parse(schemaText(health));

  assert.deepEqual(schema.required, ["url"]);
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.properties["max-latency-ms"], { type: "number", minimum: 1, default: 300 });
  assert.equal(schema.properties.url.description, "Where.");
});

test("a request carries what was put into it", () => {
  const world = new World().on("POST", "endpoint:shop/api?x=1&q=a%20b&s={{secret:key}}", Reply.status(201).after(0));

  world.host.post("endpoint:shop/api?x=1", {
    query: { q: "a b", s: "{{secret:key}}" },
    headers: { accept: "*/*" },
    json: { a: 1 },
    timeout: 0.2,
    maxBody: 99,
  });

  const [request] = world.requests;
  assert.deepEqual(request.headers, [["accept", "*/*"], ["content-type", "application/json"]]);
  assert.equal(new TextDecoder().decode(request.body), '{"a":1}');
  assert.deepEqual([request.timeoutMs, request.maxBody], [1, 99]);
});

test("a form writes a space as plus and leaves a placeholder for a secret to the host", () => {
  assert.equal(holdpoint.formEncoded("x {{secret:test-user}}!é"), "x+{{secret:test-user}}%21%C3%A9");
});

test("a body that was cut is never read as JSON", () => {
  const world = new World().on("GET", "endpoint:shop/", Reply.status(200).text("12345"));

  const answer = world.host.get("endpoint:shop/", { maxBody: 2 });

  assert.equal(answer.text(), "12");
  assert.throws(() => answer.json(), holdpoint.Malformed);
});

test("what no test has arranged is denied, and ends the call as that", async () => {
  const called = new World().check(health, { url: "endpoint:shop/health" });

  await assert.rejects(called, { name: "Denied", message: "the test has arranged nothing for GET endpoint:shop/health" });
});

test("an error that nobody expected is the plugin's own", async () => {
  const broken = check({ run: (_host, settings) => settings.none.none });

  await assert.rejects(new World().check(broken), { name: "Internal", message: /^TypeError: / });
});

test("what is no verdict is told to the author", async () => {
  const broken = check({ run: () => ({ outcome: "good", summary: "x" }) });

  await assert.rejects(new World().check(broken), { name: "Internal", message: /the verdict's outcome is "good"/ });
});

test("several requests are answered in their order, errors among them", () => {
  const world = new World().on("GET", "endpoint:a/", Reply.status(200)).on("GET", "endpoint:b/", Reply.failed("tls", "old"));

  const [good, bad] = world.host.sendAll([{ url: "endpoint:a/" }, { url: "endpoint:b/" }]);

  assert.equal(good.status, 200);
  assert.ok(bad instanceof HttpError && bad.kind === "tls");
});

test("fetch answers as the web's does", async () => {
  const world = new World().on("GET", "endpoint:shop/", Reply.status(200).header("Set-Cookie", "a=1").json({ a: "ö" }));

  const response = await world.host.fetch("endpoint:shop/");

  assert.deepEqual(await response.json(), { a: "ö" });
  assert.equal(response.headers.get("SET-COOKIE"), "a=1");
});

test("time passes only when something takes some", () => {
  const world = new World();
  const before = world.host.now();

  world.host.sleep(1250);

  assert.deepEqual([world.host.now() - before, world.host.monotonic()], [1250, 1250]);
});

test("a certificate that has ended has less than no days left", () => {
  const world = new World().on("GET", "endpoint:shop/", Reply.status(200).certified(certificate(-1)));

  assert.ok(world.host.get("endpoint:shop/").daysLeft(world.host.now()) < 0);
});

test("a rollback's functions hand back what the host expects", async () => {
  const plugin = rollback({
    ready: () => ({ alreadyThere: "1.9.0 runs" }),
    plan: () => ({ summary: "one step", steps: [{ id: "a", summary: "A", payload: "p" }] }),
    execute: (_host, _settings, _call, step, { key }) => ({ end: "done", summary: `${step.id} under ${key}` }),
    status: () => ({ progress: "compleet", summary: "x" }),
  });
  const world = new World();

  assert.deepEqual(await world.ask(plugin, "ready"), { tag: "already-there", val: "1.9.0 runs" });
  const plan = await world.ask(plugin, "plan");
  const report = await world.ask(plugin, "execute", {}, {}, plan.steps[0], { key: "k", fence: 1 });
  assert.equal(report.summary, "a under k");
  await assert.rejects(world.ask(plugin, "status", {}, {}, plan, "k"), /the status's progress is "compleet"/);
});

test("what was recorded is answered in its order and nothing else", async () => {
  const text = JSON.stringify({
    fixture: 1,
    settings: { url: "endpoint:shop/health" },
    began: 1790000000000,
    endpoints: { shop: "http://127.0.0.1:8080/base" },
    exchanges: [{ method: "GET", url: "http://127.0.0.1:8080/base/health", answer: { status: 503, body: "no" } }],
    ended: { word: "fail" },
  });
  const fixture = Fixture.read(text);

  const verdict = await fixture.check(health);

  assert.equal(verdict.outcome, fixture.word);
  const world = fixture.world();
  world.host.get("endpoint:shop/health");
  assert.throws(() => world.host.get("endpoint:shop/health"), /holds 1 answers/);
  assert.equal(fixture.world().host.now(), 1790000000000);
});

test("what is no fixture is told with its place", () => {
  const read = (exchange) => () => Fixture.read(JSON.stringify({ fixture: 1, exchanges: [exchange] }));

  assert.throws(() => Fixture.read('{"fixture": 2}'), /format 2/);
  assert.throws(read({ method: "GET", url: "x" }), /exchange 1 of the fixture, GET x: one of/);
  assert.throws(read({ method: "GET", url: "x", answer: { "body-hex": "0" } }), /not hexadecimal/);
  assert.throws(read({ method: "GET", url: "x", failed: { part: "tsl" } }), /unknown part `tsl`/);
  assert.throws(read({ method: "GET", url: "x", answer: { boddy: "0" } }), /unknown field `boddy`/);
});
