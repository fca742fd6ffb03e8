/**
 * What every plugin's tests need beside the fake host: that what is shipped is what the code says.
 */

import { readFileSync, writeFileSync } from "node:fs";

import { schemaOf } from "./settings.js";

/** Returns the JSON Schema of a plugin's settings, as it stands in its file. */
export function schemaText(plugin) {
  return `${JSON.stringify(schemaOf(plugin.settings), null, 2)}\n`;
}

/**
 * Throws unless the schema in a file is the one of a plugin's settings. With `HOLDPOINT_BLESS=1` in the environment the
 * file is written instead.
 *
 * @param {object} plugin what the plugin's file exports
 * @param {string | URL} file
 */
export function assertSchema(plugin, file) {
  const text = schemaText(plugin);
  if (process.env.HOLDPOINT_BLESS === "1") return writeFileSync(file, text);
  if (read(file) === text) return;
  const cure = "write it anew with HOLDPOINT_BLESS=1 and look at the difference";
  throw new Error(`${file} is not the schema of the settings; ${cure}`);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
