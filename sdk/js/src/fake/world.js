/**
 * Everything that a plugin can reach in a test. What no test has arranged is denied, as in a sandbox without grants.
 * Time stands still until a reply takes some or the plugin sleeps.
 */

import { failureOf } from "../failure.js";
import { Host } from "../host.js";
import { answer, validate } from "../plugin.js";
import * as record from "../record.js";
import { BEGINNING, Reply, refusal } from "./reply.js";

export { BEGINNING };

/** What each function of a plugin hands back. */
const RECORDS = {
  check: { run: record.verdictRecord },
  rollback: {
    ready: record.readinessRecord,
    plan: record.planRecord,
    execute: record.stepReportRecord,
    status: record.rollbackStatusRecord,
  },
  rollout: {
    ready: record.shiftReadinessRecord,
    shift: record.stepReportRecord,
    status: record.shiftStatusRecord,
  },
};

export class World {
  #routes = new Map();
  #responder = () => null;
  #bindings = new Map();
  #network = new Map();
  #began = BEGINNING;
  #elapsed = 0;

  constructor() {
    this.requests = [];
    this.exchanges = [];
    this.log = [];
    this.host = new Host(this.#imports());
  }

  on(method, url, ...replies) {
    this.#routes.set(`${method} ${this.absolute(url)}`, [...replies]);
    return this;
  }

  answerWith(responder) {
    this.#responder = responder;
    return this;
  }

  bind(endpoint, url) {
    this.#bindings.set(endpoint, url.replace(/\/+$/, ""));
    return this;
  }

  begin(moment) {
    this.#began = moment;
    return this;
  }

  pass(time) {
    this.#elapsed += time;
    return this;
  }

  onNet(operation, target, result) {
    this.#network.set(`${operation} ${target}`, result);
    return this;
  }

  /** Returns a call with these settings, of a feature release of `shop` from 1.9.0 to 2.0.0. */
  call(settings, changes = {}) {
    const { release = {}, labels = {}, ...rest } = changes;
    return {
      settings: JSON.stringify(settings),
      name: "under-test",
      attempt: 1,
      deadlineMs: 10_000,
      ...rest,
      labels: Object.entries(labels),
      release: { ...RELEASE, ...release, labels: Object.entries(release.labels ?? {}) },
    };
  }

  async check(plugin, settings = {}, changes = {}) {
    return this.ask(plugin, "run", settings, changes);
  }

  async ask(plugin, name, settings = {}, changes = {}, ...more) {
    try {
      const made = RECORDS[plugin.kind][name](await answer(plugin, name, this.host, this.call(settings, changes), more));
      return "findings" in made ? readable(made) : made;
    } catch (thrown) {
      const failure = failureOf(thrown, (error) => `${error.name}: ${error.message}`);
      if (failure !== thrown) failure.cause = thrown;
      throw failure;
    }
  }

  validate(plugin, settings = {}) {
    return validate(plugin, JSON.stringify(settings));
  }

  absolute(url) {
    if (!url.startsWith("endpoint:")) return url;
    const [, name, path] = /^endpoint:([^/?]*)(.*)$/s.exec(url);
    return `${this.#bindings.get(name) ?? `https://${name}.test`}${path}`;
  }

  #imports() {
    return {
      send: (request) => this.#send(request),
      sendAll: (requests) => requests.map((request) => this.#result(request)),
      resolve: (target) => this.#net("resolve", target),
      connect: (target) => this.#net("connect", target),
      inspectTls: (target) => this.#net("inspect-tls", target),
      transact: (exchange) => {
        this.exchanges.push(exchange);
        return this.#net("transact", exchange.target, exchange);
      },
      log: (severity, message) => this.log.push({ severity, message }),
      now: () => this.#began + Math.floor(this.#elapsed),
      monotonic: () => this.#elapsed * 1e6,
      sleep: (time) => this.pass(time),
    };
  }

  #send(request) {
    const url = this.absolute(request.url);
    const reply = this.#reply(request, url);
    this.requests.push(request);
    this.pass(reply.time);
    return reply.answer(request, url);
  }

  #result(request) {
    try {
      return { tag: "ok", val: this.#send(request) };
    } catch (error) {
      return { tag: "err", val: error.payload };
    }
  }

  /** A route's next reply, of which the last is given again and again; else the function's, else a denial. */
  #reply(request, url) {
    const replies = this.#routes.get(`${request.method} ${url}`) ?? [];
    const next = replies.length > 1 ? replies.shift() : replies[0];
    const nothing = `the test has arranged nothing for ${request.method} ${request.url}`;
    return next ?? this.#responder(request) ?? Reply.failed("denied", nothing);
  }

  #net(operation, target, exchange) {
    const result = this.#network.get(`${operation} ${target}`);
    if (result === undefined) throw refusal("denied", `the test has arranged nothing for ${operation} ${target}`);
    if (result instanceof Error) throw refusal(result.kind, result.text);
    return typeof result === "function" ? result(exchange) : result;
  }
}

const RELEASE = {
  service: "shop",
  environment: "test",
  version: "2.0.0",
  previousVersion: "1.9.0",
  artifact: null,
  revision: null,
  change: "feature",
  strategy: "rolling",
};

/** A verdict as a test reads it: labels by name, numbers as numbers. */
function readable(verdict) {
  const named = (one) => ({ ...one, labels: Object.fromEntries(one.labels) });
  return {
    ...named(verdict),
    findings: verdict.findings.map(named),
    measurements: verdict.measurements.map((one) => ({
      ...named(one),
      sample: one.sample.tag === "data" ? one.sample.val : one.sample.tag,
    })),
  };
}
