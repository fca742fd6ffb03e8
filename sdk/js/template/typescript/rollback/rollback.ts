/**
 * The `{{name}}` rollback: a deploy tool brings the previous version back.
 *
 * The tool tells what runs at `GET /version`, deploys at `POST /deploys`, and tells how a deploy with a key stands at
 * `GET /deploys/KEY`. Each call runs in a fresh sandbox, so the tool remembers what was done under a key, not this.
 */

import { SettingsFailure, Unavailable, below, endpoint, object, rollback } from "#holdpoint";

export default rollback({
  settings: object({
    tool: endpoint().describe("The deploy tool, as `endpoint:NAME`."),
  }),

  ready(host, { tool }, { release }) {
    if (release.previousVersion === null) return { refused: "the release names no previous version" };
    const running = host.get(below(tool, "/version")).json() as { version: string };
    if (running.version === release.previousVersion) return { alreadyThere: `${release.previousVersion} runs` };
    return "ready";
  },

  plan(_host, _settings, { release }) {
    const previous = release.previousVersion;
    if (previous === null) throw new SettingsFailure("the release names no previous version");
    const summary = `deploy ${previous} again`;
    // The payload comes back, unread, when the step is carried out.
    return { summary, steps: [{ id: "deploy", summary, payload: previous }] };
  },

  execute(host, { tool }, _call, step, { key, fence }) {
    const answer = host.post(below(tool, "/deploys"), { json: { version: step.payload, key, fence } });
    if (answer.status === 201) return { end: "started", summary: `${step.payload} is being deployed` };
    if (answer.status === 200) return { end: "already-done", summary: `${step.payload} was deployed before` };
    throw new Unavailable(`the deploy tool answered ${answer.status}`);
  },

  status(host, { tool }, _call, _plan, key) {
    const answer = host.get(below(tool, `/deploys/${key}`));
    if (answer.status === 404) return { progress: "not-begun", summary: "the deploy tool knows nothing of it" };
    const { state } = answer.json() as { state: string };
    return { progress: progressOf(state), summary: `the deploy is ${state}` };
  },
});

function progressOf(state: string): "under-way" | "complete" | "failed" | "unknown" {
  if (state === "running") return "under-way";
  if (state === "done") return "complete";
  if (state === "failed") return "failed";
  // What isn't known is never taken for a success.
  return "unknown";
}
