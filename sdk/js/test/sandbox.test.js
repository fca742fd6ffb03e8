/**
 * What stands in for the engine's own in the sandbox: promises that finish, UTF-8, stacks.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SandboxPromise, setTimer, settled, timeBy } from "../src/sandbox/promise.js";
import { trace } from "../src/sandbox/trace.js";
import { SandboxSearchParams, SandboxUrl } from "../src/sandbox/url.js";
import { decode, encode } from "../src/utf8.js";

test("a promise is settled before its function is over, in the order of the standard", () => {
  const seen = [];
  const promise = SandboxPromise.resolve(1)
    .then((value) => {
      seen.push("first");
      return new SandboxPromise((resolve) => resolve(value + 1));
    })
    .finally(() => seen.push("finally"));
  SandboxPromise.resolve().then(() => seen.push("second"));

  assert.equal(settled(promise), 2);
  assert.deepEqual(seen, ["first", "second", "finally"]);
});

test("a timer waits on the host's clock", () => {
  let time = 0;
  timeBy(() => time, (wait) => {
    time += wait;
  });

  settled(new SandboxPromise((resolve) => setTimer(resolve, 250)));

  assert.equal(time, 250);
});

test("a reason that nobody caught is thrown", () => {
  assert.throws(() => settled(SandboxPromise.all([1, SandboxPromise.reject(new Error("boom"))])), /boom/);
});

test("a promise that nothing will ever settle is told, instead of waited for", () => {
  assert.throws(() => settled(new SandboxPromise(() => {})), /nothing will ever settle/);
});

test("gathered promises keep their order", () => {
  const late = new SandboxPromise((resolve) => setTimer(() => resolve("late"), 5));

  assert.deepEqual(settled(SandboxPromise.all([late, "early"])), ["late", "early"]);
  assert.equal(settled(SandboxPromise.race([late, SandboxPromise.resolve("early")])), "late");
  assert.equal(settled(SandboxPromise.any([SandboxPromise.reject(1), "good"])), "good");
  assert.deepEqual(settled(SandboxPromise.allSettled([SandboxPromise.reject(1)])), [{ status: "rejected", reason: 1 }]);
});

test("bytes that are not UTF-8 are shown as the standard shows them", () => {
  for (const bytes of [[0x61, 0xff, 0x62], [0xe2, 0x82], [0xf0, 0x9f, 0x41], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf5]]) {
    assert.equal(decode(Uint8Array.from(bytes)), new TextDecoder().decode(Uint8Array.from(bytes)), bytes);
  }
  assert.equal(decode(encode("größe 👩‍🚀")), "größe 👩‍🚀");
});

test("a stack names the author's file and leaves the SDK's out", () => {
  const error = new TypeError("boom");
  error.stack = "    at deep (/bundle.js:2:5)\n    at run (/bundle.js:1:1)\n    at answer (/bundle.js:3:1)\n    at call (native)";
  const map = { sources: ["check.ts", "sdk/js/src/plugin.js"], mappings: "AAIA;IAUI;ACAJ" };

  const { words, frames } = trace(error, map);
  assert.equal(words, "TypeError: boom");
  assert.deepEqual(frames, ["at deep (check.ts:15:5)", "at run (check.ts:5:1)"]);
});

test("addresses are taken apart and joined as the standard does", () => {
  const cases = [
    ["http://u:p@Shop.test:80/a/../b c?x=1 2#é"],
    ["https://shop.test:8443"],
    ["../x?y", "https://shop.test/a/b/c?d#e"],
    ["#part", "https://shop.test/a?b"],
    ["?q", "https://shop.test/a/b"],
    ["/root/./x/", "http://[::1]:8080/a"],
    ["//other.test/x", "https://shop.test/"],
    ["urn:a:b"],
  ];
  for (const [address, base] of cases) {
    const [own, real] = [new SandboxUrl(address, base), new URL(address, base)];
    for (const part of ["href", "origin", "protocol", "host", "port", "pathname", "search", "hash"]) {
      assert.equal(own[part], real[part], `${part} of ${address} on ${base}`);
    }
  }
  for (const wrong of ["", "shop", "http://", "http://a b/", "https://a:b:c/"]) {
    assert.equal(SandboxUrl.canParse(wrong), false, wrong);
  }
});

test("a query's names and values are read and changed", () => {
  const url = new SandboxUrl("https://shop.test/?a=1&b=x+y&a=2");

  url.searchParams.append("c", "ö&");
  url.searchParams.set("a", "3");

  assert.equal(url.searchParams.get("b"), "x y");
  assert.equal(url.href, "https://shop.test/?a=3&b=x+y&c=%C3%B6%26");
  assert.deepEqual([...new SandboxSearchParams({ q: "é" })], [["q", "é"]]);
});
