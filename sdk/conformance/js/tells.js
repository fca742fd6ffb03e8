/**
 * What the plugin was given, told back: the call, texts, the log, the clock, and whether it lived before.
 */

import { Finding, Findings } from "#holdpoint";

/** Every field of the call and its release, as a note of its own. */
export function echo(call) {
  const { release } = call;
  const findings = met();
  const tell = (subject, value) => {
    const finding = Finding.note(subject, "was given");
    findings.add(value === null ? finding : finding.observed(value));
  };
  tell("service", release.service);
  tell("environment", release.environment);
  tell("version", release.version);
  tell("previous-version", release.previousVersion);
  tell("artifact", release.artifact);
  tell("revision", release.revision);
  tell("change", release.change);
  tell("strategy", release.strategy);
  for (const [name, value] of Object.entries(release.labels)) tell(`release label ${name}`, value);
  tell("name", call.name);
  tell("attempt", call.attempt);
  tell("deadline-ms", call.deadlineMs);
  for (const [name, value] of Object.entries(call.labels)) tell(`call label ${name}`, value);
  tell("is-signal", call.isSignal ? "yes" : "no");
  return findings.verdict("this is what was given");
}

/** How long a text is, in bytes of UTF-8 and in Unicode's scalar values. */
export function weigh(text) {
  const bytes = new TextEncoder().encode(text).length;
  const characters = [...text].length;
  const findings = met();
  findings.measure("bytes", bytes, "bytes");
  findings.measure("characters", characters, "1");
  return findings.verdict(`${bytes} bytes, ${characters} characters`);
}

let calls = 0;

/** How often this instance has been called: once. */
export function count() {
  calls += 1;
  const findings = new Findings();
  findings.expectEq("calls of this instance", 1, calls);
  return findings.verdict("nothing was here before");
}

/** Never called with settings that are out of order. */
export function order({ low, high }) {
  return met().verdict(`${low} is not above ${high}`);
}

/** Logs each line. */
export function log(lines, host) {
  for (const [severity, line] of lines) host.log(severity, line);
  return met().verdict(`${lines.length} lines`);
}

/** Reads both clocks, sleeps, and reads them again. */
export function clock(sleepMs, host) {
  const [now, monotonic] = [host.now(), host.monotonic()];
  host.sleep(sleepMs);
  const [slept, passed] = [host.now() - now, host.monotonic() - monotonic];
  const findings = met();
  findings.measure("now", Math.floor(now / 1000), "s");
  findings.measure("slept", slept, "ms");
  findings.measure("passed", Math.floor(passed + 1e-6), "ms");
  return findings.verdict("time goes by");
}

function met() {
  const findings = new Findings();
  findings.met();
  return findings;
}
