/**
 * Settings: said once, for the type, for reading, and for the JSON Schema.
 *
 * Keys are written in camelCase and stand in the plan in kebab-case: `maxLatencyMs` is `max-latency-ms` there.
 */

import { Problem, below } from "./problem.js";
import { ENDPOINT, TARGET, isEndpoint, isTarget } from "./target.js";

/** One setting: what it may be. Each method returns another one. */
export class Setting {
  #facts;

  constructor(facts) {
    this.#facts = { absent: "refused", ...facts };
  }

  /** Says what it is for. */
  describe(description) {
    return new Setting({ ...this.#facts, description });
  }

  /** May be left out, or be null; it is `undefined` then. */
  optional() {
    return new Setting({ ...this.#facts, absent: "allowed" });
  }

  /** May be left out, and is this then. */
  default(value) {
    return new Setting({ ...this.#facts, absent: "filled", value });
  }

  /** Whether it must be there. */
  get isRequired() {
    return this.#facts.absent === "refused";
  }

  /** Its value where it was left out. */
  get absent() {
    return this.#facts.value;
  }

  /** Returns its JSON Schema. */
  schema() {
    const { description, value, shape } = this.#facts;
    return {
      ...(description === undefined ? {} : { description }),
      ...(this.#facts.absent === "allowed" ? orNull(shape()) : shape()),
      ...(value === undefined ? {} : { default: value }),
    };
  }

  /** Reads a value at a place. Throws a `Problem` for what doesn't fit. */
  read(value, pointer = "") {
    if (value === null && this.#facts.absent === "allowed") return undefined;
    return this.#facts.read(value, pointer);
  }
}

export function text({ pattern, minLength } = {}) {
  const shape = () => ({
    type: "string",
    ...(pattern === undefined ? {} : { pattern }),
    ...(minLength === undefined ? {} : { minLength }),
  });
  return new Setting({
    shape,
    read(value, pointer) {
      if (typeof value !== "string") throw wrong(value, pointer, "a string");
      if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
        throw new Problem(pointer, `\`${value}\` does not match \`${pattern}\``);
      }
      if (minLength !== undefined && [...value].length < minLength) {
        throw new Problem(pointer, `\`${value}\` is shorter than ${minLength}`);
      }
      return value;
    },
  });
}

export function number(limits = {}) {
  return new Setting({
    shape: () => ({ type: "number", ...limits }),
    read(value, pointer) {
      if (typeof value !== "number") throw wrong(value, pointer, "a number");
      return within(value, pointer, limits);
    },
  });
}

export function integer(limits = {}) {
  return new Setting({
    shape: () => ({ type: "integer", ...limits }),
    read(value, pointer) {
      if (!Number.isSafeInteger(value)) throw wrong(value, pointer, "an integer");
      return within(value, pointer, limits);
    },
  });
}

export function boolean() {
  return new Setting({
    shape: () => ({ type: "boolean" }),
    read(value, pointer) {
      if (typeof value !== "boolean") throw wrong(value, pointer, "a boolean");
      return value;
    },
  });
}

export function oneOf(...allowed) {
  return new Setting({
    shape: () => ({ enum: allowed }),
    read(value, pointer) {
      if (allowed.includes(value)) return value;
      throw new Problem(pointer, `unknown variant ${named(value)}, expected ${listed(allowed)}`);
    },
  });
}

export function target() {
  return address(TARGET, isTarget, "`endpoint:NAME/path` for an endpoint of the plan, or an absolute http or https URL within one.");
}

export function endpoint() {
  return address(ENDPOINT, isEndpoint, "`endpoint:NAME` for an endpoint of the plan.");
}

export function list(item) {
  return new Setting({
    shape: () => ({ type: "array", items: item.schema() }),
    read(value, pointer) {
      if (!Array.isArray(value)) throw wrong(value, pointer, "a sequence");
      return value.map((one, index) => item.read(one, below(pointer, index)));
    },
  });
}

export function map(item) {
  return new Setting({
    shape: () => ({ type: "object", additionalProperties: item.schema() }),
    read(value, pointer) {
      if (!isObject(value)) throw wrong(value, pointer, "a map");
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, item.read(one, below(pointer, name))]),
      );
    },
  });
}

export function json() {
  return new Setting({ shape: () => ({}), read: (value) => value });
}

export function object(members) {
  const known = Object.entries(members).map(([property, setting]) => ({ property, key: kebab(property), setting }));
  return new Setting({
    shape: () => objectSchema(known),
    read(value, pointer) {
      if (!isObject(value)) throw wrong(value, pointer, "an object");
      const stray = Object.keys(value).find((name) => !known.some(({ key }) => key === name));
      if (stray !== undefined) throw unknownKey(stray, known, pointer);
      return Object.fromEntries(known.map((member) => [member.property, readMember(member, value, pointer)]));
    },
  });
}

/** Returns the whole schema of a plugin's settings. */
export function schemaOf(settings) {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: "Settings", ...settings.schema() };
}

/** Reads a plugin's settings from JSON. Throws a `Problem` for what doesn't fit. */
export function parse(settings, text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Problem("", `the settings are not JSON: ${error.message}`);
  }
  return settings.read(value, "");
}

function address(pattern, fits, description) {
  return new Setting({
    description,
    shape: () => ({ type: "string", pattern }),
    read(value, pointer) {
      if (typeof value !== "string") throw wrong(value, pointer, "a string");
      if (!fits(value)) {
        throw new Problem(pointer, `\`${value}\` is not a target; write \`endpoint:NAME/path\` (NAME in kebab-case)`);
      }
      return value;
    },
  });
}

/** A schema that null satisfies too. */
function orNull(shape) {
  if (typeof shape.type === "string") return { ...shape, type: [shape.type, "null"] };
  return Array.isArray(shape.enum) ? { ...shape, enum: [...shape.enum, null] } : shape;
}

function objectSchema(known) {
  const required = known.filter(({ setting }) => setting.isRequired).map(({ key }) => key);
  return {
    type: "object",
    properties: Object.fromEntries(known.map(({ key, setting }) => [key, setting.schema()])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function readMember({ key, setting }, value, pointer) {
  if (Object.hasOwn(value, key)) return setting.read(value[key], below(pointer, key));
  if (setting.isRequired) throw new Problem(pointer, `missing field \`${key}\``);
  return setting.absent;
}

function within(value, pointer, { minimum, maximum }) {
  if (minimum !== undefined && value < minimum) throw new Problem(pointer, `${value} is less than ${minimum}`);
  if (maximum !== undefined && value > maximum) throw new Problem(pointer, `${value} is more than ${maximum}`);
  return value;
}

function wrong(value, pointer, expected) {
  return new Problem(pointer, `invalid type: ${seen(value)}, expected ${expected}`);
}

function unknownKey(name, known, pointer) {
  const expected = known.length === 0 ? "there are no settings" : `expected ${listed(known.map(({ key }) => key))}`;
  return new Problem(below(pointer, name), `unknown field \`${name}\`, ${expected}`);
}

/** What a value is, in words. */
function seen(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "sequence";
  switch (typeof value) {
    case "string":
      return `string ${JSON.stringify(value)}`;
    case "boolean":
      return `boolean \`${value}\``;
    case "number":
      return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
    default:
      return "map";
  }
}

function named(value) {
  return typeof value === "string" ? `\`${value}\`` : seen(value);
}

function listed(names) {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length > 2 ? `one of ${quoted.join(", ")}` : quoted.join(" or ");
}

function kebab(property) {
  return property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll("_", "-");
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
