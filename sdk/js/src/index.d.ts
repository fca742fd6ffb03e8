/**
 * Write Holdpoint checks, rollbacks and rollouts in JavaScript or TypeScript.
 */

/** Free key-value pairs. */
export type Labels = Readonly<Record<string, string>>;

/** The release under verification, as the plan and the run's facts state it. What is not known is null. */
export interface Release {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly previousVersion: string | null;
  /** The artifact as a package URL with a digest. */
  readonly artifact: string | null;
  readonly revision: string | null;
  readonly change: "bugfix" | "feature" | "migration" | "infrastructure";
  readonly strategy: "rolling" | "blue-green" | "canary" | "recreate";
  readonly labels: Labels;
}

/** The circumstances of one call. */
export interface Call {
  /** The name of the check, or of the rollback or rollout, in the plan. */
  readonly name: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** How many milliseconds the call may take before the host ends it. */
  readonly deadlineMs: number;
  readonly labels: Labels;
  /** Whether this call samples a signal: the plan's rules judge what it measures. */
  readonly isSignal: boolean;
  readonly release: Release;
}

/** What a check found. Only `pass` and `warn` let a run go forward. */
export type Outcome = "pass" | "warn" | "fail" | "inconclusive";

/** How a single finding bears on the verdict. */
export type Level = "fail" | "warn" | "note";

/** Why there is no number. */
export type Silence = "no-data" | "not-a-number" | "not-finite" | "ambiguous" | "wrong-type" | "provider-down";

/** What a check says. `Findings.verdict` makes one. */
export interface Verdict {
  outcome: Outcome;
  /** The reason, in one sentence. */
  summary: string;
  findings?: Array<Finding | PlainFinding>;
  measurements?: Array<Measurement | PlainMeasurement>;
  labels?: ReadonlyArray<readonly [string, string]> | Labels;
}

/** A finding as an object, whose texts are taken as they are. */
export interface PlainFinding {
  level: Level;
  subject: string;
  message: string;
  expected?: string | null;
  observed?: string | null;
  labels?: ReadonlyArray<readonly [string, string]> | Labels;
}

/** A measurement as an object. */
export interface PlainMeasurement {
  name: string;
  sample: number | Silence;
  unit: string;
  takenAt?: number | null;
  labels?: ReadonlyArray<readonly [string, string]> | Labels;
}

/** One observation that explains a verdict. The message goes on where the subject ends: `status`, `is 500`. */
export class Finding {
  constructor(level: Level, subject: string, message: string);
  static fail(subject: string, message: string): Finding;
  static warn(subject: string, message: string): Finding;
  static note(subject: string, message: string): Finding;
  /** Adds what should have been there. */
  expected(value: unknown): this;
  /** Adds what was there. */
  observed(value: unknown): this;
  /** Adds another fact. */
  label(name: string, value: string): this;
}

/** One measured quantity, or why there is none. */
export class Measurement {
  /** A measured number; one that is not finite is classed as such. */
  static of(name: string, value: number, unit: string): Measurement;
  /** Why there is no number. */
  static without(name: string, reason: Silence, unit: string): Measurement;
  /** Adds when the provider took it, in milliseconds since the Unix epoch. */
  takenAt(moment: number): this;
  /** Adds another fact, such as the cohort. */
  label(name: string, value: string): this;
}

/** Returns the beginning of a text and, if there is more, how long it is. */
export function excerpt(text: string): string;

/** What a check has seen so far: expectations that explain themselves, and the verdict that follows from them. */
export class Findings {
  /** Expects two values to be the same, also inside lists and objects. */
  expectEq<T>(subject: string, expected: T, observed: T): void;
  /** Expects a value to be one of several. */
  expectOneOf<T>(subject: string, allowed: readonly T[], observed: T): void;
  /** Expects a number not to be larger than a limit. A number that is not one is never within it. */
  expectAtMost(subject: string, limit: number, observed: number, unit: string): void;
  /** Expects a number not to be smaller than a limit. A number that is not one is never within it. */
  expectAtLeast(subject: string, limit: number, observed: number, unit: string): void;
  /** Expects a text to contain another. */
  expectContains(subject: string, wanted: string, observed: string): void;
  /** Expects something to be there, and hands it on. */
  expectSome<T>(subject: string, observed: T | null | undefined): T | null;
  /**
   * Expects the target to answer, and hands the answer on; for a check to which silence *is* the finding.
   *
   * Give it a function that asks, what `sendAll` gave, or a promise. A target that can't be resolved, reached, trusted
   * or waited for is a failing finding; one that answers what can't be understood makes the verdict inconclusive. Both
   * give null. What is the plan's, the plugin's or the host's doing is thrown.
   */
  expectAnswer<T>(subject: string, answer: Promise<T>): Promise<T | null>;
  expectAnswer<T>(subject: string, answer: (() => T) | T | HttpError): T | null;
  /** Counts an expectation that was met, for comparisons that are made elsewhere. */
  met(): void;
  /** Adds something that is wrong. */
  fail(subject: string, message: string): void;
  /** Adds something that a person should look at. */
  warn(subject: string, message: string): void;
  /** Adds something worth knowing. A note alone is no reason to pass. */
  note(subject: string, message: string): void;
  /** Adds a finding. */
  add(finding: Finding): void;
  /** Says that something could not be found out. The first reason is kept. */
  unknown(reason: string): void;
  /** Adds a measured number; one that is not finite is classed as such. */
  measure(name: string, value: number, unit: string): void;
  /** Adds a measurement with all its facts. */
  addMeasurement(measurement: Measurement): void;
  /** Adds another fact, such as the suspected `cause`. */
  label(name: string, value: string): void;
  /** Whether something that is wrong has been found so far. */
  readonly hasFailed: boolean;
  /** Whether something could not be found out so far. */
  readonly isUnknown: boolean;
  /** Closes the findings. The summary, one sentence, is for when all is well; else the first reason is. */
  verdict(summary: string): Verdict;
}

/** Why a plugin could not do what it was asked to; thrown to end the call. None is ever a pass. */
export class Failure extends Error {
  readonly kind: "settings" | "unavailable" | "denied" | "internal";
}
/** The settings make no sense: the plan must be mended. */
export class SettingsFailure extends Failure {
  constructor(message: string);
}
/** Something the plugin depends on did not answer. */
export class Unavailable extends Failure {
  constructor(message: string);
}
/** The host denied something the plugin needs: the grants must be mended. */
export class Denied extends Failure {
  constructor(message: string);
}
/** The plugin itself went wrong. */
export class Internal extends Failure {
  constructor(message: string);
}

/** An answer that can't be understood. Left uncaught, it is as good as none: unavailable. */
export class Malformed extends Error {}

export type HttpErrorKind =
  | "denied"
  | "invalid-request"
  | "dns"
  | "connect"
  | "tls"
  | "timeout"
  | "protocol"
  | "limit";

/** Why there is no answer. Left uncaught, it ends the call as the failure that fits. */
export class HttpError extends Error {
  constructor(kind: HttpErrorKind, text: string);
  readonly kind: HttpErrorKind;
  /** The host's own words. */
  readonly text: string;
  /** Whose doing it is: `us` (plan, plugin or host), `target`, or `unclear`. */
  readonly blame: "us" | "target" | "unclear";
  toFailure(): Failure;
}

/** Names and values: an object, or pairs where a name stands several times. */
export type Pairs = Record<string, string | number | boolean> | Iterable<readonly [string, string]>;

/** What goes with a request. */
export interface RequestOptions {
  /** Parameters that are added to the URL's query. A placeholder for a secret is left as it is. */
  query?: Pairs;
  /** Host and framing headers are the host's and are refused. */
  headers?: Pairs;
  /** A body of any kind. */
  body?: string | Uint8Array | null;
  /** A body of JSON. */
  json?: unknown;
  /** A body of an HTML form's fields. */
  form?: Pairs;
  /** Gives up after so many milliseconds. Without it the call's own deadline holds. */
  timeout?: number | null;
  /** Reads at most so many bytes of the body; a longer one is cut and marked as truncated. */
  maxBody?: number | null;
}

/** A request for `sendAll`; the method is `GET` unless it says another. */
export interface Request extends RequestOptions {
  method?: string;
  url: string;
}

/** How long each part took, in microseconds. Parts that a kept connection did not need are null. */
export interface Timings {
  readonly resolve: number | null;
  readonly connect: number | null;
  readonly tls: number | null;
  readonly firstByte: number;
  readonly total: number;
}

/** What the server's certificate says; moments in seconds since the Unix epoch. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** The SHA-256 of the whole certificate, in hexadecimal. */
  readonly fingerprint: string;
}

/** An answer. Any status is one. */
export class Answer {
  readonly status: number;
  /** Names in lower case, in the order in which they came. */
  readonly headers: ReadonlyArray<readonly [string, string]>;
  readonly body: Uint8Array;
  /** Whether the body was longer than the limit and has been cut. */
  readonly truncated: boolean;
  /** The absolute URL that was asked. */
  readonly url: string;
  readonly address: string | null;
  /** `HTTP/1.1` or `HTTP/2.0`. */
  readonly protocol: string;
  readonly timings: Timings;
  readonly certificate: Certificate | null;
  readonly labels: Labels;
  /** Whether the status is one of success, 200 to 299. */
  readonly ok: boolean;
  /** The first header of this name, in any case. */
  header(name: string): string | null;
  /** All headers of this name, in any case, in the order in which they came. */
  headersOf(name: string): string[];
  /** The body as text; what is not UTF-8 is shown as a replacement character. */
  text(): string;
  /** The body as JSON. Throws `Malformed` when it was cut or is none. */
  json<T = any>(): T;
  /** What a JSON pointer finds in the body, else undefined. Throws `Malformed` when the body was cut or is no JSON. */
  pointer(pointer: string): unknown;
  /** How long the whole took, in milliseconds. */
  readonly totalMs: number;
  /** How long it took until the first byte of the headers, in milliseconds. */
  readonly firstByteMs: number;
  /** For how many days the certificate is still good (see `Host.now`); negative when it has ended. */
  daysLeft(now: number): number | null;
}

/** What `host.fetch` gives: the part of the web's `Response` that makes sense for an answer that has come already. */
export interface FetchResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly url: string;
  readonly headers: {
    get(name: string): string | null;
    has(name: string): boolean;
    getSetCookie(): string[];
    forEach(each: (value: string, name: string) => void): void;
    entries(): IterableIterator<[string, string]>;
    [Symbol.iterator](): IterableIterator<[string, string]>;
  };
  text(): Promise<string>;
  json<T = any>(): Promise<T>;
  bytes(): Promise<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
  clone(): FetchResponse;
  /** The answer in the host's terms, with its timings. */
  readonly answer: Answer;
}

export interface FetchInit {
  method?: string;
  headers?: Pairs;
  body?: string | Uint8Array | ArrayBuffer | null;
  timeout?: number | null;
  maxBody?: number | null;
}

/** What was seen while connecting; times in microseconds. */
export interface Connection {
  readonly address: string;
  readonly resolve: number;
  readonly connect: number;
}

/** What was seen of a TLS server, whose certificate has been verified. */
export interface TlsFacts {
  readonly connection: Connection;
  readonly handshake: number;
  readonly version: string;
  readonly cipher: string;
  readonly certificate: Certificate;
}

/** A few bytes out, a few bytes in. */
export interface ExchangeOptions {
  /** Whether to speak TLS first. */
  secured?: boolean;
  /** What to send after connecting; nothing to listen first. */
  send?: string | Uint8Array;
  /** Read until these bytes have come; without them, until the peer closes or `maxBytes` have come. */
  until?: string | Uint8Array;
  /** The most to read, in bytes: 64 KiB unless said otherwise. */
  maxBytes?: number;
  timeout?: number | null;
}

export interface Received {
  readonly connection: Connection;
  readonly bytes: Uint8Array;
  /** From connected to the last byte, in microseconds. */
  readonly elapsed: number;
  text(): string;
}

/**
 * The way to the outside. URLs are `endpoint:NAME/path` or absolute ones within a granted endpoint. Whatever does not
 * answer is thrown as an `HttpError`.
 */
export class Host {
  get(url: string, options?: RequestOptions): Answer;
  head(url: string, options?: RequestOptions): Answer;
  post(url: string, options?: RequestOptions): Answer;
  put(url: string, options?: RequestOptions): Answer;
  patch(url: string, options?: RequestOptions): Answer;
  delete(url: string, options?: RequestOptions): Answer;
  /** Sends a request with any method, in capitals. */
  request(method: string, url: string, options?: RequestOptions): Answer;
  /** Sends several requests side by side and waits for all; the answers or errors stand in the order of the requests. */
  sendAll(requests: readonly Request[]): Array<Answer | HttpError>;
  /** The same as the web's `fetch`, with what the host has of it. The global `fetch` is this in the sandbox. */
  fetch(input: string | { url: string }, init?: FetchInit): Promise<FetchResponse>;

  /** The addresses behind an endpoint that may be dialled. */
  resolve(endpoint: string): string[];
  /** Opens a TCP connection and closes it. */
  connect(endpoint: string, options?: { timeout?: number }): Connection;
  /** Opens a TLS connection, verifies it and closes it. */
  inspectTls(endpoint: string, options?: { timeout?: number }): TlsFacts;
  /** Opens a connection, sends, reads and closes it. */
  transact(endpoint: string, options?: ExchangeOptions): Received;

  log(severity: "debug" | "info" | "warn" | "error", message: unknown): void;
  /** Logs for the plugin's author. */
  debug(message: unknown): void;
  /** Logs for whoever reads the report closely. */
  info(message: unknown): void;
  warn(message: unknown): void;
  error(message: unknown): void;

  /** The time in milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since an unspecified moment; it never goes back. */
  monotonic(): number;
  /** Waits so many milliseconds, which count towards the call's deadline. */
  sleep(time: number): void;
}

/** One thing that is wrong with settings: a JSON pointer, what, and what would mend it. */
export class Problem extends Error {
  constructor(pointer: string, message: string, hint?: string | null);
  readonly pointer: string;
  readonly hint: string | null;
}

/** One setting: what it may be. `T` is what is read. */
export class Setting<T, Absent extends boolean = false> {
  /** Says what it is for. */
  describe(description: string): Setting<T, Absent>;
  /** May be left out, or be null; it is undefined then. */
  optional(): Setting<T | undefined, true>;
  /** May be left out, and is this then. */
  default(value: T): Setting<T, true>;
  schema(): Record<string, unknown>;
  read(value: unknown, pointer?: string): T;
}

/** What a setting is once it has been read: `Infer<typeof settings>`. */
export type Infer<S> = S extends Setting<infer T, boolean> ? T : never;

type Members = Record<string, Setting<any, boolean>>;

export function text(rules?: { pattern?: string; minLength?: number }): Setting<string>;
export function number(limits?: { minimum?: number; maximum?: number }): Setting<number>;
export function integer(limits?: { minimum?: number; maximum?: number }): Setting<number>;
export function boolean(): Setting<boolean>;
export function oneOf<const T extends readonly (string | number)[]>(...allowed: T): Setting<T[number]>;
/** `endpoint:NAME/path`, or an absolute http or https URL. */
export function target(): Setting<string>;
/** `endpoint:NAME`. */
export function endpoint(): Setting<string>;
export function list<T>(item: Setting<T, boolean>): Setting<T[]>;
export function map<T>(item: Setting<T, boolean>): Setting<Record<string, T>>;
/** Anything that JSON can say. */
export function json(): Setting<any>;
/** Named settings. `maxLatencyMs` is `max-latency-ms` in the plan; a key that is not here is a problem. */
export function object<M extends Members>(members: M): Setting<{ [K in keyof M]: Infer<M[K]> }>;

export function isTarget(text: string): boolean;
export function isEndpoint(text: string): boolean;
/** The target of a path below another; the other's query is dropped. */
export function below(target: string, path: string): string;
export function queryEncoded(text: string): string;
export function formEncoded(text: string): string;

type Later<T> = T | Promise<T>;
type Trouble = Problem | { pointer: string; message: string; hint?: string | null };

/** What a file exports as its default. */
export interface Plugin {
  readonly kind: "check" | "rollback" | "rollout";
  readonly settings: Setting<any, boolean>;
}

interface WithSettings<S> {
  settings?: Setting<S, boolean>;
  /** Finds what is wrong with settings beyond what their types can say. */
  validate?(settings: S): Trouble[];
}

/** Makes a check of its settings and a function that looks. */
export function check<S = {}>(
  definition: WithSettings<S> & { run(host: Host, settings: S, call: Call): Later<Verdict> },
): Plugin;

/** Under which order something is carried out. */
export interface Order {
  /** The same however often it is asked for: what was done under this key is not done again. */
  readonly key: string;
  /** Grows with each owner of the run: a target that knows a larger one refuses. */
  readonly fence: number;
}

/** One step of a rollback. The payload comes back, unread, when the step is carried out. */
export interface Step {
  id: string;
  summary: string;
  payload?: string;
  labels?: Labels;
}

export interface RollbackPlan {
  summary: string;
  steps: Step[];
  labels?: Labels;
}

export interface Report {
  end: "done" | "already-done" | "started";
  summary: string;
  labels?: Labels;
}

export interface RollbackStatus {
  progress: "not-begun" | "under-way" | "complete" | "partial" | "failed" | "unknown";
  summary: string;
  labels?: Labels;
}

/** Makes a rollback of its settings and four functions. Only `execute` changes anything. */
export function rollback<S = {}>(
  definition: WithSettings<S> & {
    ready(host: Host, settings: S, call: Call): Later<"ready" | { alreadyThere: string } | { refused: string }>;
    plan(host: Host, settings: S, call: Call): Later<RollbackPlan>;
    execute(host: Host, settings: S, call: Call, step: Required<Step>, order: Order): Later<Report>;
    status(host: Host, settings: S, call: Call, plan: RollbackPlan, key: string): Later<RollbackStatus>;
  },
): Plugin;

/** How much of the traffic the released version is to have: 1 to 100 percent. */
export interface Share {
  readonly percent: number;
}

export interface ShiftStatus {
  progress: "not-begun" | "under-way" | "complete" | "failed" | "unknown";
  summary: string;
  /** Which share the released version has at this moment, if the target system tells. */
  percent?: number | null;
  labels?: Labels;
}

/** Makes a rollout of its settings and three functions. Only `shift` changes anything. */
export function rollout<S = {}>(
  definition: WithSettings<S> & {
    ready(host: Host, settings: S, call: Call, share: Share): Later<"ready" | { refused: string }>;
    shift(host: Host, settings: S, call: Call, share: Share, order: Order): Later<Report>;
    status(host: Host, settings: S, call: Call, share: Share, key: string): Later<ShiftStatus>;
  },
): Plugin;
