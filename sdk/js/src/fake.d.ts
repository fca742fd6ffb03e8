/**
 * A host for tests: says what a plugin is to see, and remembers what the plugin did.
 */

import type { Certificate, Host, HttpError, HttpErrorKind, Level, Outcome, Plugin, Problem, Silence } from "./index.js";

/** When a world begins: 2026-01-01T00:00:00Z, in milliseconds since the Unix epoch. */
export const BEGINNING: number;

/** Returns a certificate that is good for so many more days when the world begins. */
export function certificate(daysLeft: number): Certificate;

/** A reply in the making: an answer, or why there is none. Each method returns another one. */
export class Reply {
  /** An answer with this status, no headers and no body, after 5 ms. */
  static status(status: number): Reply;
  /** No answer, and why. */
  static failed(kind: HttpErrorKind, text: string): Reply;
  header(name: string, value: string): Reply;
  body(body: string | Uint8Array): Reply;
  text(text: string): Reply;
  html(text: string): Reply;
  json(value: unknown): Reply;
  /** Takes so many milliseconds. */
  after(time: number): Reply;
  /** Is cut by the host after so many bytes of the body. */
  cutAt(bytes: number): Reply;
  certified(certificate: Certificate): Reply;
}

/** A request as the host gets it. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Uint8Array | null;
  readonly timeoutMs: number | null;
  readonly maxBody: number | null;
}

/** A verdict as a test reads it: labels by name, numbers as numbers. */
export interface SeenVerdict {
  outcome: Outcome;
  summary: string;
  findings: Array<{
    level: Level;
    subject: string;
    message: string;
    expected: string | null;
    observed: string | null;
    labels: Record<string, string>;
  }>;
  measurements: Array<{
    name: string;
    sample: number | Silence;
    unit: string;
    takenAt: number | null;
    labels: Record<string, string>;
  }>;
  labels: Record<string, string>;
}

/** Everything that a plugin can reach in a test. What no test has arranged is denied. */
export class World {
  readonly host: Host;
  /** The requests so far, in the order in which they were sent. */
  readonly requests: SentRequest[];
  /** The exchanges below HTTP so far. */
  readonly exchanges: Array<Record<string, unknown>>;
  /** The log so far. */
  readonly log: Array<{ severity: "debug" | "info" | "warn" | "error"; message: string }>;

  /** Arranges the replies to a method and URL, one after the other; the last is given again and again. */
  on(method: string, url: string, ...replies: Reply[]): this;
  /** Arranges replies by a function of the request, which is asked where no route fits; null is a denial. */
  answerWith(responder: (request: SentRequest) => Reply | null | undefined): this;
  /** Binds an endpoint to a URL without a path. Unbound, `endpoint:NAME` is `https://NAME.test`. */
  bind(endpoint: string, url: string): this;
  /** Lets the world begin at a moment, in milliseconds since the Unix epoch. */
  begin(moment: number): this;
  /** Lets so many milliseconds pass. */
  pass(time: number): this;
  /** Arranges what is seen below HTTP; a function is given the exchange of a `transact`. */
  onNet(
    operation: "resolve" | "connect" | "inspect-tls" | "transact",
    endpoint: string,
    result: unknown | HttpError | ((exchange: Record<string, unknown>) => unknown),
  ): this;

  /** Runs a check with settings as they stand in a plan. Rejects with a `Failure` when it says nothing. */
  check(plugin: Plugin, settings?: object, changes?: object): Promise<SeenVerdict>;
  /** Calls any function of a plugin: `ready`, `plan`, `execute`, `shift`, `status`. */
  ask(plugin: Plugin, name: string, settings?: object, changes?: object, ...more: unknown[]): Promise<any>;
  /** What the plugin finds wrong with settings. */
  validate(plugin: Plugin, settings?: object): Array<Pick<Problem, "pointer" | "message" | "hint">>;
}

/** A call that was recorded with `holdpoint run --record DIR`, or written by hand. */
export class Fixture {
  /** Reads a fixture's text. Throws with the place of what is wrong with it. */
  static read(text: string): Fixture;
  readonly settings: Record<string, unknown>;
  /** How the call ended in a word, or is expected to. */
  readonly word: string | null;
  readonly summary: string | null;
  readonly leftOut: number;
  /** A world in which the recorded requests are answered as they were. */
  world(): World;
  /** Runs a check on what was recorded. */
  check(plugin: Plugin, settings?: object): Promise<SeenVerdict>;
}
