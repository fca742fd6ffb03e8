/**
 * A host for tests: says what a plugin is to see, and remembers what the plugin did.
 */

export { BEGINNING, World } from "./fake/world.js";
export { Reply, certificate } from "./fake/reply.js";
export { Fixture } from "./fake/fixture.js";
