/**
 * `URL` and `URLSearchParams` for an engine that has none: what packages need of them to take addresses apart and join
 * them. Names stay as they are written, but for their case; an address that can't be one is a `TypeError`.
 */

/** Scheme, authority, path, query and fragment (RFC 3986, appendix B). */
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** User, password, host and port. */
const AUTHORITY = /^(?:([^:@]*)(?::([^@]*))?@)?(\[[0-9A-Fa-f:.]+\]|[^:@[\]\s]*)(?::(\d*))?$/;

/** The schemes whose addresses have a host and a path. */
const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21" };

/** What may not stand in an address as it is. */
const UNSAFE = /[^!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~|]/gu;

export class SandboxUrl {
  #query = "";
  #params;

  constructor(address, base) {
    const parts = split(String(address).trim());
    const whole = parts.protocol === null ? joined(parts, base === undefined ? null : new SandboxUrl(base)) : parts;
    if (whole === null) throw new TypeError(`Invalid URL: ${address}`);
    const [, username = "", password = "", hostname = "", port = ""] = AUTHORITY.exec(whole.authority ?? "") ?? [];
    const isSpecial = whole.protocol in PORTS;
    if (!AUTHORITY.test(whole.authority ?? "") || (isSpecial && hostname === "")) {
      throw new TypeError(`Invalid URL: ${address}`);
    }
    this.protocol = whole.protocol;
    this.username = username;
    this.password = password;
    this.hostname = isSpecial ? hostname.toLowerCase() : hostname;
    this.port = port === PORTS[whole.protocol] ? "" : port;
    this.hasAuthority = whole.authority !== null;
    this.pathname = safe(isSpecial ? withoutDots(whole.path || "/") : whole.path);
    this.search = whole.query === null ? "" : `?${whole.query}`;
    this.hash = whole.fragment ? `#${safe(whole.fragment)}` : "";
    Object.defineProperty(this, "hasAuthority", { enumerable: false });
  }

  static canParse(address, base) {
    try {
      return Boolean(new SandboxUrl(address, base));
    } catch {
      return false;
    }
  }

  get host() {
    return this.port === "" ? this.hostname : `${this.hostname}:${this.port}`;
  }

  get origin() {
    return this.protocol in PORTS ? `${this.protocol}//${this.host}` : "null";
  }

  get search() {
    return this.#query === "" ? "" : `?${this.#query}`;
  }

  set search(search) {
    this.#query = safe(String(search).replace(/^\?/, ""));
    this.#params = undefined;
  }

  get searchParams() {
    this.#params ??= new SandboxSearchParams(this.#query, (query) => {
      this.#query = query;
    });
    return this.#params;
  }

  get href() {
    const secret = this.password === "" ? "" : `:${this.password}`;
    const user = this.username === "" && secret === "" ? "" : `${this.username}${secret}@`;
    const authority = this.hasAuthority ? `//${user}${this.host}` : "";
    return `${this.protocol}${authority}${this.pathname}${this.search}${this.hash}`;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }
}

export class SandboxSearchParams {
  #pairs = [];
  #changed;

  constructor(from = "", changed = () => {}) {
    this.#changed = changed;
    if (typeof from === "string") this.#pairs = from.replace(/^\?/, "").split("&").filter(Boolean).map(pair);
    else if (typeof from[Symbol.iterator] === "function") this.#pairs = [...from].map(([name, value]) => [name, value]);
    else this.#pairs = Object.entries(from);
    this.#pairs = this.#pairs.map(([name, value]) => [String(name), String(value)]);
  }

  get(name) {
    return this.getAll(name)[0] ?? null;
  }

  getAll(name) {
    return this.#pairs.filter(([own]) => own === name).map(([, value]) => value);
  }

  has(name) {
    return this.#pairs.some(([own]) => own === name);
  }

  append(name, value) {
    this.#change([...this.#pairs, [String(name), String(value)]]);
  }

  set(name, value) {
    const at = this.#pairs.findIndex(([own]) => own === name);
    if (at < 0) return this.append(name, value);
    const rest = this.#pairs.filter(([own], index) => own !== name || index === at);
    this.#change(rest.map((one) => (one[0] === name ? [one[0], String(value)] : one)));
  }

  delete(name) {
    this.#change(this.#pairs.filter(([own]) => own !== name));
  }

  sort() {
    this.#change([...this.#pairs].sort(([one], [other]) => (one < other ? -1 : Number(one > other))));
  }

  get size() {
    return this.#pairs.length;
  }

  forEach(each) {
    for (const [name, value] of this.#pairs) each(value, name, this);
  }

  keys() {
    return this.#pairs.map(([name]) => name)[Symbol.iterator]();
  }

  values() {
    return this.#pairs.map(([, value]) => value)[Symbol.iterator]();
  }

  entries() {
    return this.#pairs.map((one) => [...one])[Symbol.iterator]();
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this.#pairs.map(([name, value]) => `${formed(name)}=${formed(value)}`).join("&");
  }

  #change(pairs) {
    this.#pairs = pairs;
    this.#changed(this.toString());
  }
}

function split(address) {
  const [, scheme, authority = null, path, query = null, fragment = null] = PARTS.exec(address);
  return { protocol: scheme === undefined ? null : `${scheme.toLowerCase()}:`, authority, path, query, fragment };
}

/** A relative address on its base (RFC 3986, 5.2); nothing without one. */
function joined(parts, base) {
  if (base === null || !(base.hasAuthority || base.pathname.startsWith("/"))) return null;
  const { protocol } = base;
  if (parts.authority !== null) return { ...parts, protocol };
  const authority = base.href.slice(protocol.length + 2).split(/[/?#]/, 1)[0];
  if (parts.path === "") {
    const query = parts.query ?? (base.search === "" ? null : base.search.slice(1));
    return { ...parts, protocol, authority, path: base.pathname, query };
  }
  const path = parts.path.startsWith("/") ? parts.path : base.pathname.replace(/[^/]*$/, "") + parts.path;
  return { ...parts, protocol, authority, path };
}

/** A path without `.` and `..`. */
function withoutDots(path) {
  const kept = [];
  const steps = path.split("/").slice(1);
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    if (step === "..") kept.pop();
    if (step !== "." && step !== "..") kept.push(step);
    else if (isLast) kept.push("");
  }
  return `/${kept.join("/")}`;
}

function safe(text) {
  return text.replace(UNSAFE, (letter) => encodeURIComponent(letter.toWellFormed()));
}

function pair(text) {
  const [name, ...rest] = text.split("=");
  return [plain(name), plain(rest.join("="))];
}

function plain(text) {
  const spaced = text.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function formed(text) {
  const rest = (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text.toWellFormed()).replace(/[!'()~]/g, rest).replaceAll("%20", "+");
}
