/**
 * The `answer-shape` check: an answer has the shape that a JSON Schema says.
 */

import { Validator } from "@cfworker/json-schema";
import { Finding, Findings, check, integer, json, object, target } from "#holdpoint";

export default check({
  settings: object({
    url: target().describe("The address of the document."),
    schema: json().describe("A JSON Schema, draft 2020-12."),
    maxFindings: integer({ minimum: 1 }).default(10).describe("How many places are told at most."),
  }),

  run(host, { url, schema, maxFindings }) {
    const findings = new Findings();
    const answer = findings.expectAnswer("document", () => host.get(url));
    if (answer === null) return findings.verdict("");
    findings.expectEq("document: status", 200, answer.status);

    const { valid, errors } = new Validator(schema, "2020-12", false).validate(answer.json());
    if (valid) findings.met();
    for (const { instanceLocation, error, keyword } of places(errors).slice(0, maxFindings)) {
      const place = instanceLocation.slice(1) || "/";
      findings.add(Finding.fail(place, `does not fit: ${error}`).label("keyword", keyword));
    }
    return findings.verdict("the document has the shape that was said");
  },
});

/** The errors that name a place; the validator tells, for each, the places around it too. */
function places(errors) {
  return errors.filter(
    (one) => !errors.some((inner) => inner !== one && inner.instanceLocation.startsWith(`${one.instanceLocation}/`)),
  );
}
