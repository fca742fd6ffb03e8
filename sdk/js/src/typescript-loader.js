/**
 * The loader behind `typescript.js`: esbuild between Node and every `.ts` file.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Node's hook: hands on JavaScript for TypeScript. */
export async function load(url, context, next) {
  if (!url.startsWith("file:") || !/\.[cm]?ts$/.test(url)) return next(url, context);
  const file = fileURLToPath(url);
  const { transformSync } = await esbuild();
  const source = await readFile(file, "utf8");
  const { code } = transformSync(source, { loader: "ts", format: "esm", sourcefile: file, sourcemap: "inline" });
  return { format: "module", source: code, shortCircuit: true };
}

/** The project's own esbuild, else the one that `holdpoint build --install` brought. */
async function esbuild() {
  const tools = process.env.HOLDPOINT_TOOLS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "holdpoint/tools");
  const places = [process.cwd(), join(tools, "js"), join(tools, "javascript"), tools];
  for (const place of places) {
    try {
      const found = createRequire(join(place, "package.json")).resolve("esbuild");
      return (await import(pathToFileURL(found).href)).default;
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new Error("esbuild is not there, which reads TypeScript; run `npm install` here, or `holdpoint build --install`");
}
