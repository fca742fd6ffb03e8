/**
 * The `{{name}}` rollout: a deploy tool gives the released version a share of the traffic.
 *
 * The tool tells the share at `GET /traffic` and sets it at `POST /traffic`. Each call runs in a fresh sandbox, so the
 * tool remembers what was done, not this. Traffic only ever moves towards the released version: the way back is the
 * plan's rollback.
 */

import { Unavailable, below, endpoint, object, rollout } from "#holdpoint";
import type { Host } from "#holdpoint";

export default rollout({
  settings: object({
    tool: endpoint().describe("The deploy tool, as `endpoint:NAME`."),
  }),

  ready(host, { tool }, { release }, share) {
    const traffic = trafficOf(host, tool);
    if (traffic.version !== release.version) {
      return { refused: `${traffic.version} is rolled out, not ${release.version}` };
    }
    return traffic.percent > share.percent ? { refused: `it has ${traffic.percent} % already` } : "ready";
  },

  shift(host, { tool }, { release: { version } }, { percent }, { key, fence }) {
    const answer = host.post(below(tool, "/traffic"), { json: { version, percent, key, fence } });
    if (answer.status === 201) return { end: "started", summary: `${version} is being given ${percent} %` };
    if (answer.status === 200) return { end: "already-done", summary: `${version} was given ${percent} % before` };
    throw new Unavailable(`the deploy tool answered ${answer.status}`);
  },

  status(host, { tool }, { release }, share) {
    const { version, percent } = trafficOf(host, tool);
    if (version !== release.version) return { progress: "failed", summary: `${version} is rolled out` };
    const progress = percent === share.percent ? "complete" : "under-way";
    return { progress, percent, summary: `${version} has ${percent} %` };
  },
});

/** What the tool says of the traffic. */
function trafficOf(host: Host, tool: string): { version: string; percent: number } {
  return host.get(below(tool, "/traffic")).json();
}
