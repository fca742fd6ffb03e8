/**
 * Failures: which kind a plugin's trouble is, so that what is thrown tells the host the right thing.
 *
 * A denial is mended in the grants, wrong settings in the plan; silence of what the plugin depends on is neither.
 */

/** Why a plugin could not do what it was asked to. None of these is ever a pass. */
export class Failure extends Error {
  constructor(kind, message) {
    super(message);
    this.name = new.target.name;
    this.kind = kind;
  }
}

/** The settings make no sense: the plan must be mended. */
export class SettingsFailure extends Failure {
  constructor(message) {
    super("settings", message);
  }
}

/** Something the plugin depends on did not answer. */
export class Unavailable extends Failure {
  constructor(message) {
    super("unavailable", message);
  }
}

/** The host denied something the plugin needs: the grants must be mended. */
export class Denied extends Failure {
  constructor(message) {
    super("denied", message);
  }
}

/** The plugin itself went wrong. */
export class Internal extends Failure {
  constructor(message) {
    super("internal", message);
  }
}

/** An answer that can't be understood. Left uncaught, it is as good as none. */
export class Malformed extends Error {
  name = "Malformed";
}

/** By kind: what it means in words, who is to blame, and which failure it is when nobody catches it. */
const KINDS = {
  denied: { words: "denied", blame: "us", failure: Denied, bare: true },
  "invalid-request": { words: "the request is not well-formed", blame: "us", failure: SettingsFailure },
  dns: { words: "the name could not be resolved", blame: "target", failure: Unavailable },
  connect: { words: "no connection", blame: "target", failure: Unavailable },
  tls: { words: "no TLS connection", blame: "target", failure: Unavailable },
  timeout: { words: "no answer in time", blame: "target", failure: Unavailable },
  protocol: { words: "the answer was not well-formed", blame: "unclear", failure: Unavailable },
  // A limit is the plan's or the host's word too: what mends it stands in the same place.
  limit: { words: "a limit of the call was reached", blame: "us", failure: Denied, bare: true },
};

/** Why there is no answer. */
export class HttpError extends Error {
  name = "HttpError";

  constructor(kind, text) {
    const known = Object.hasOwn(KINDS, kind) ? kind : "protocol";
    super(`${KINDS[known].words}: ${text}`);
    this.kind = known;
    this.text = String(text);
  }

  /** Whose doing it is: `us` (plan, plugin or host), `target`, or `unclear`. */
  get blame() {
    return KINDS[this.kind].blame;
  }

  /** What a call ends with when its check can't do without the answer. */
  toFailure() {
    const { failure: Kind, bare } = KINDS[this.kind];
    return new Kind(bare ? this.text : this.message);
  }
}

/**
 * Returns the failure that something thrown amounts to.
 *
 * @param {unknown} thrown
 * @param {(error: Error) => string} trace how an error that nobody expected is told
 * @returns {Failure}
 */
export function failureOf(thrown, trace) {
  if (thrown instanceof Failure) return thrown;
  if (thrown instanceof HttpError) return thrown.toFailure();
  if (thrown instanceof Malformed) return new Unavailable(thrown.message);
  if (thrown instanceof Error) return new Internal(trace(thrown));
  return new Internal(`something was thrown that is not an error: ${String(thrown)}`);
}
