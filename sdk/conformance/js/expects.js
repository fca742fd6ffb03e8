/**
 * Expectations, step by step, and the verdict that follows from them.
 */

import { Findings, Measurement } from "#holdpoint";

const takes = {
  equal: (findings, { subject, expected = null, observed = null }) => findings.expectEq(subject, expected, observed),
  "one-of": (findings, { subject, allowed, observed }) => findings.expectOneOf(subject, allowed, observed),
  "at-most": (findings, { subject, limit, observed, unit }) =>
    findings.expectAtMost(subject, limit, Number(observed), unit),
  "at-least": (findings, { subject, limit, observed, unit }) =>
    findings.expectAtLeast(subject, limit, Number(observed), unit),
  contains: (findings, { subject, wanted, observed }) => findings.expectContains(subject, wanted, observed),
  some: (findings, { subject, observed }) => findings.expectSome(subject, observed),
  met: (findings) => findings.met(),
  fail: (findings, { subject, message }) => findings.fail(subject, message),
  warn: (findings, { subject, message }) => findings.warn(subject, message),
  note: (findings, { subject, message }) => findings.note(subject, message),
  unknown: (findings, { reason }) => findings.unknown(reason),
  measure: (findings, { name, value, unit }) => findings.measure(name, Number(value), unit),
  "measure-sample": (findings, { name, sample, unit }) =>
    findings.addMeasurement(Measurement.without(name, sample, unit)),
  label: (findings, { name, value }) => findings.label(name, value),
};

/** Takes each step, and closes the findings. */
export function expect({ steps, summary }) {
  const findings = new Findings();
  for (const step of steps) takes[step.step](findings, step);
  return findings.verdict(summary);
}
