/**
 * Requests: what is built of the settings, and what came back, told field by field.
 */

import { Finding, Findings, HttpError, Malformed } from "#holdpoint";

/** Sends each request, one after the other or all together, and tells what came of each. */
export function send({ requests, together }, host) {
  const answers = together ? host.sendAll(requests.map(built)) : requests.map((one) => tried(() => sent(one, host)));
  const findings = new Findings();
  findings.met();
  for (const [index, answer] of answers.entries()) {
    if (!(answer instanceof HttpError)) findings.measure("total", answer.totalMs, "ms");
    findings.add(told(requests[index], answer));
  }
  const answered = answers.filter((answer) => !(answer instanceof HttpError)).length;
  return findings.verdict(`${answered} of ${requests.length} answered`);
}

/** Needs an answer: without one the call ends. */
export function need(url, host) {
  const findings = new Findings();
  findings.expectEq("status", 200, host.get(url).status);
  return findings.verdict("what was needed is there");
}

/** Expects an answer: without one that is what was found. */
export function answer(url, host) {
  const findings = new Findings();
  const come = findings.expectAnswer(`GET ${url}`, () => host.get(url));
  if (come !== null) findings.expectEq("status", 200, come.status);
  return findings.verdict("it answers");
}

/** Tries everything below HTTP, which no fixture answers. */
export function net(target, host) {
  const tries = {
    resolve: () => host.resolve(target),
    connect: () => host.connect(target),
    "inspect-tls": () => host.inspectTls(target),
    transact: () => host.transact(target, { send: "PING\r\n", maxBytes: 64 }),
  };
  const findings = new Findings();
  findings.met();
  for (const [operation, ask] of Object.entries(tries)) {
    const subject = `${operation} ${target}`;
    const come = tried(ask);
    findings.add(come instanceof HttpError ? refused(subject, come) : Finding.note(subject, "was reached"));
  }
  return findings.verdict("all four were tried");
}

/** What comes back, or why nothing does. */
function tried(ask) {
  try {
    return ask();
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}

function sent(request, host) {
  const { method, url, ...options } = built(request);
  return host.request(method, url, options);
}

function built({ method, url, headers, query, body, bodyHex, json, form, timeoutMs, maxBody }) {
  const request = { method, url, headers, query, timeout: timeoutMs, maxBody };
  if (body !== undefined) request.body = body;
  if (bodyHex !== undefined) request.body = bytes(bodyHex);
  if (json !== undefined) request.json = json;
  if (Object.keys(form).length > 0) request.form = Object.entries(form).sort(([one], [other]) => (one < other ? -1 : 1));
  return request;
}

function bytes(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function told(request, answer) {
  const subject = `${request.method} ${request.url}`;
  return answer instanceof HttpError ? refused(subject, answer) : answered(subject, request, answer);
}

function answered(subject, { readHeader, pointer }, answer) {
  const finding = Finding.note(subject, `answered ${answer.status}`);
  const text = answer.text();
  if (!text.includes("\ufffd")) finding.observed(text);
  const sum = answer.body.reduce((total, byte) => total + byte, 0);
  const hex = Array.from(answer.body.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  finding
    .label("bytes", answer.body.length)
    .label("sum", sum)
    .label("hex", hex)
    .label("truncated", answer.truncated ? "yes" : "no")
    .label("url", answer.url)
    .label("protocol", answer.protocol);
  if (readHeader !== undefined) finding.label("header", answer.headersOf(readHeader).join(" | "));
  if (pointer !== undefined) finding.label("at", at(answer, pointer));
  return finding;
}

function at(answer, pointer) {
  try {
    const found = answer.pointer(pointer);
    if (found === undefined) return "missing";
    return typeof found === "string" ? found : JSON.stringify(found);
  } catch (error) {
    if (error instanceof Malformed) return "malformed";
    throw error;
  }
}

function refused(subject, error) {
  return Finding.note(subject, "was not answered").observed(error.text).label("error", error.kind);
}
