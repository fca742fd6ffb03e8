#!/usr/bin/env node
/**
 * Prints the JSON Schema of a plugin's settings: `node .holdpoint/sdk/js/bin/schema.js check.js > settings.schema.json`.
 */

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { schemaText } from "../src/testing.js";
import "../src/typescript.js";

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write("which plugin? give its file: schema.js check.js\n");
  process.exit(2);
}
const { default: plugin } = await import(pathToFileURL(resolve(file)).href);
process.stdout.write(schemaText(plugin));
