/**
 * Write Holdpoint checks, rollbacks and rollouts in JavaScript or TypeScript.
 *
 * The types, and with them the reference, are in `index.d.ts`.
 */

export { check, rollback, rollout } from "./plugin.js";
export { Findings } from "./findings.js";
export { Finding, Measurement, excerpt } from "./finding.js";
export { Denied, Failure, HttpError, Internal, Malformed, SettingsFailure, Unavailable } from "./failure.js";
export { Answer, formEncoded, queryEncoded } from "./http.js";
export { Host } from "./host.js";
export { below, isEndpoint, isTarget } from "./target.js";
export { Problem } from "./problem.js";
export {
  boolean,
  endpoint,
  integer,
  json,
  list,
  map,
  number,
  object,
  oneOf,
  target,
  text,
} from "./settings.js";
