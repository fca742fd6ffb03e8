/**
 * Bad ends: failures that are said, and ends that are not.
 */

import { Denied, Findings, Internal, SettingsFailure, Unavailable } from "#holdpoint";

const failures = { settings: SettingsFailure, unavailable: Unavailable, denied: Denied, internal: Internal };

/** Says why it could not do what it was asked to. */
export function fail({ kind = "internal", message }) {
  throw new failures[kind](message);
}

/** Goes wrong, and nobody catches it. */
export function stumble(message) {
  throw new Error(message);
}

/** Takes so much memory, and touches it. */
export function allocate(mib) {
  const taken = Array.from({ length: mib }, (_, index) => new Uint8Array(1 << 20).fill(index | 1));
  const findings = new Findings();
  findings.met();
  return findings.verdict(`${taken.length} MiB were there`);
}

/** Never ends. */
export function spin() {
  for (let turns = 0; ; turns += 1);
}

/** Calls itself without end. */
export function recurse(depth = 1) {
  return recurse(depth + 1) + 1;
}
