/**
 * The conformance plugin: does what its settings say, so that cases can show what the SDK makes of it.
 */

import { Findings, check } from "#holdpoint";

import { allocate, fail, recurse, spin, stumble } from "./ends.js";
import { expect } from "./expects.js";
import { flood, say } from "./says.js";
import { answer, need, net, send } from "./sends.js";
import { examine, settings } from "./settings.js";
import { clock, count, echo, log, order, weigh } from "./tells.js";

const words = {
  say: ({ settings }) => say(settings),
  flood: ({ settings }) => flood(settings.count),
  echo: ({ call }) => echo(call),
  weigh: ({ settings }) => weigh(settings.text),
  count: () => count(),
  order: ({ settings }) => order(settings),
  log: ({ settings, host }) => log(settings.lines, host),
  clock: ({ settings, host }) => clock(settings.sleepMs, host),
  expect: ({ settings }) => expect(settings),
  send: ({ settings, host }) => send(settings, host),
  need: ({ settings, host }) => need(settings.url, host),
  answer: ({ settings, host }) => answer(settings.url, host),
  net: ({ settings, host }) => net(settings.target, host),
  fail: ({ settings }) => fail(settings),
  throw: ({ settings }) => stumble(settings.message),
  allocate: ({ settings }) => allocate(settings.mib),
  spin: () => spin(),
  recurse: () => recurse(),
};

export default check({
  settings,
  validate: examine,
  run(host, settings, call) {
    if (settings.do === undefined) return new Findings().verdict("there was nothing to do");
    return words[settings.do]({ host, settings, call });
  },
});
