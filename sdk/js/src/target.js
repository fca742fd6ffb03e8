/**
 * Targets: where a plugin may point a request, as it stands in settings.
 */

/** `endpoint:NAME` with an optional path, or an absolute http or https URL. */
export const TARGET = "^(endpoint:[a-z0-9]+(-[a-z0-9]+)*([/?].*)?|https?://[^/?#].*)$";

/** `endpoint:NAME`. */
export const ENDPOINT = "^endpoint:[a-z0-9]+(-[a-z0-9]+)*$";

/** The longest name that a plan may give to an endpoint. */
const LONGEST = 64;

/** Whether a text can be a target. Whether its endpoint exists and is granted is the host's to say. */
export function isTarget(text) {
  return new RegExp(TARGET).test(text) && (!text.startsWith("endpoint:") || nameOf(text).length <= LONGEST);
}

/** Whether a text can be an endpoint. Whether it exists and is granted is the host's to say. */
export function isEndpoint(text) {
  return new RegExp(ENDPOINT).test(text) && nameOf(text).length <= LONGEST;
}

/** Returns the target of a path below another; the other's query is dropped. */
export function below(target, path) {
  const base = target.split(/[?#]/, 1)[0].replace(/\/+$/, "");
  return `${base}/${path.replace(/^\/+/, "")}`;
}

function nameOf(text) {
  return text.slice("endpoint:".length).split(/[/?]/, 1)[0];
}
