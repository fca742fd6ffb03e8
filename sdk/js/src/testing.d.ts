/**
 * What every plugin's tests need beside the fake host: that what is shipped is what the code says.
 */

import type { Plugin } from "./index.js";

/** The JSON Schema of a plugin's settings, as it stands in its file. */
export function schemaText(plugin: Plugin): string;

/** Throws unless the schema in a file is the one of the settings. With `HOLDPOINT_BLESS=1` the file is written instead. */
export function assertSchema(plugin: Plugin, file: string | URL): void;
