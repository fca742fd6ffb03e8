/**
 * Findings: expectations that explain themselves, and the verdict that follows from them.
 *
 * A verdict says pass only when something was expected and all of it was so. Whatever was expected and was not is a
 * finding with both sides; whatever could not be seen makes the verdict inconclusive, unless something else is already
 * known to be wrong.
 */

import { display, same } from "./display.js";
import { HttpError } from "./failure.js";
import { Finding, Measurement, excerpt } from "./finding.js";

/** In which order findings stand in a verdict. */
const ORDER = ["fail", "warn", "note"];

/** What a check has seen so far. */
export class Findings {
  #list = [];
  #measurements = [];
  #labels = [];
  /** How many expectations there were, met or not. */
  #expectations = 0;
  /** Why something could not be seen. */
  #unknown = null;

  expectEq(subject, expected, observed) {
    if (same(expected, observed)) return this.met();
    const [wanted, seen] = [display(expected), display(observed)];
    const message = `is ${excerpt(seen)} instead of ${excerpt(wanted)}`;
    this.add(Finding.fail(subject, message).expected(wanted).observed(seen));
  }

  expectOneOf(subject, allowed, observed) {
    if (allowed.some((one) => same(one, observed))) return this.met();
    const wanted = allowed.map(display).join(" or ");
    const message = `is ${display(observed)} instead of ${excerpt(wanted)}`;
    this.add(Finding.fail(subject, message).expected(wanted).observed(observed));
  }

  expectAtMost(subject, limit, observed, unit) {
    if (typeof observed === "number" && observed <= limit) return this.met();
    this.#outside(subject, `≤ ${display(limit)} ${unit}`, `more than ${display(limit)} ${unit}`, observed, unit);
  }

  expectAtLeast(subject, limit, observed, unit) {
    if (typeof observed === "number" && observed >= limit) return this.met();
    this.#outside(subject, `≥ ${display(limit)} ${unit}`, `less than ${display(limit)} ${unit}`, observed, unit);
  }

  expectContains(subject, wanted, observed) {
    if (observed.includes(wanted)) return this.met();
    const message = `does not contain \`${excerpt(wanted)}\``;
    this.add(Finding.fail(subject, message).expected(wanted).observed(observed));
  }

  expectSome(subject, observed) {
    if (observed === undefined || observed === null) {
      this.fail(subject, "is missing");
      return null;
    }
    this.met();
    return observed;
  }

  expectAnswer(subject, answer) {
    if (typeof answer === "function") return this.#asked(subject, answer);
    if (typeof answer?.then === "function") {
      return answer.then(
        (come) => this.#answered(come),
        (error) => this.#silent(subject, error),
      );
    }
    return answer instanceof Error ? this.#silent(subject, answer) : this.#answered(answer);
  }

  met() {
    this.#expectations += 1;
  }

  fail(subject, message) {
    this.add(Finding.fail(subject, message));
  }

  warn(subject, message) {
    this.add(Finding.warn(subject, message));
  }

  note(subject, message) {
    this.add(Finding.note(subject, message));
  }

  add(finding) {
    if (finding.level !== "note") this.#expectations += 1;
    this.#list.push(finding);
  }

  unknown(reason) {
    this.#unknown ??= String(reason);
  }

  measure(name, value, unit) {
    this.addMeasurement(Measurement.of(name, value, unit));
  }

  addMeasurement(measurement) {
    this.#measurements.push(measurement);
  }

  label(name, value) {
    this.#labels.push([String(name), String(value)]);
  }

  get hasFailed() {
    return this.#list.some((finding) => finding.level === "fail");
  }

  get isUnknown() {
    return this.#unknown !== null;
  }

  verdict(summary) {
    const { outcome, reason } = this.#judged();
    return {
      outcome,
      summary: reason ?? String(summary),
      findings: ORDER.flatMap((level) => this.#list.filter((finding) => finding.level === level)),
      measurements: [...this.#measurements],
      labels: [...this.#labels],
    };
  }

  #outside(subject, wanted, how, observed, unit) {
    const seen = `${display(observed)} ${unit}`;
    this.add(Finding.fail(subject, `is ${seen}, ${how}`).expected(wanted).observed(seen));
  }

  #asked(subject, ask) {
    try {
      return this.expectAnswer(subject, ask());
    } catch (error) {
      return this.#silent(subject, error);
    }
  }

  #answered(answer) {
    this.met();
    return answer;
  }

  /** What silence means depends on whose doing it is. */
  #silent(subject, error) {
    if (!(error instanceof HttpError) || error.blame === "us") throw error;
    if (error.blame === "target") {
      this.add(Finding.fail(subject, "does not answer").observed(error.message));
    } else {
      this.unknown(`${subject}: ${error.message}`);
    }
    return null;
  }

  /** The outcome, and its reason when all is not well. */
  #judged() {
    const wrong = this.#reason("fail");
    if (wrong !== null) return { outcome: "fail", reason: wrong };
    if (this.#unknown !== null) return { outcome: "inconclusive", reason: this.#unknown };
    const odd = this.#reason("warn");
    if (odd !== null) return { outcome: "warn", reason: odd };
    if (this.#expectations === 0) {
      return { outcome: "inconclusive", reason: "nothing was expected, so nothing was found" };
    }
    return { outcome: "pass", reason: null };
  }

  /** The first finding of a level in a sentence, and how many more there are. */
  #reason(level) {
    const [first, ...more] = this.#list.filter((finding) => finding.level === level);
    if (first === undefined) return null;
    const reason = `${first.subject} ${first.message}`;
    return more.length === 0 ? reason : `${reason} (and ${more.length} more)`;
  }
}
