/**
 * The `{{name}}` check: a service says that it is well, and says it in time.
 */

import { Findings, check, number, object, target } from "#holdpoint";

export default check({
  settings: object({
    url: target().describe("The address that tells the health, such as `endpoint:shop/health`."),
    maxLatencyMs: number({ minimum: 0 })
      .default(500)
      .describe("The longest acceptable time to answer, in milliseconds."),
  }),

  run(host, settings) {
    const findings = new Findings();
    // A service that doesn't answer has failed the check. With a plain `host.get` instead, silence would be inconclusive.
    const answer = findings.expectAnswer("health", () => host.get(settings.url));
    if (answer !== null) {
      findings.expectEq("health: status", 200, answer.status);
      findings.expectAtMost("health: latency", settings.maxLatencyMs, answer.totalMs, "ms");
      findings.measure("latency", answer.totalMs, "ms");
    }
    return findings.verdict("the service is well");
  },
});
