/**
 * Lets `node --test` read TypeScript: `node --import #holdpoint/typescript --test`.
 *
 * The types are taken out by esbuild, the one that builds the plugin too; they are checked by `tsc --noEmit`.
 */

import { register } from "node:module";

register("./typescript-loader.js", import.meta.url);
