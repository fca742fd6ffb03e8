/**
 * Problems: what is wrong with settings, with the place, so that the plan's reader can underline it.
 */

/** One thing that is wrong with settings. Thrown while they are read, returned by a plugin's own rules. */
export class Problem extends Error {
  name = "Problem";

  constructor(pointer, message, hint = null) {
    super(message);
    this.pointer = String(pointer);
    this.hint = hint;
  }
}

/** Returns the pointer of a member or item. */
export function below(pointer, step) {
  return `${pointer}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Puts problems into one sentence. */
export function told(problems) {
  return problems.map(({ pointer, message }) => (pointer === "" ? message : `${pointer}: ${message}`)).join("; ");
}
