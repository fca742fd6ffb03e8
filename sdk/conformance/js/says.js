/**
 * Verdicts that the settings spell out, field by field.
 */

import { Finding, Measurement } from "#holdpoint";

/** Exactly what the settings say. */
export function say({ outcome, summary, findings, measurements, labels }) {
  return { outcome, summary, findings, measurements, labels };
}

/** So many notes, and so many measurements. */
export function flood(count) {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return {
    outcome: "pass",
    summary: `${count} of each`,
    findings: numbers.map((number) => Finding.note(`finding ${number}`, "is here")),
    measurements: numbers.map((number) => Measurement.of(`number-${number}`, number, "1")),
  };
}
