/* The {{name}} rollback: a deploy tool brings the previous version back.
 *
 * The tool tells what runs at GET /version, deploys at POST /deploys, and tells how a deploy with a key stands at
 * GET /deploys/KEY. Each call runs in a fresh sandbox, so the tool remembers what was done under a key, not this. */
#include "holdpoint.h"

#include <string.h>

/* Where the deploy tool is. */
typedef struct {
    const char *tool;
} settings;

static void read_settings(hp_settings *in, settings *out) {
    out->tool = hp_settings_endpoint(in, "tool");
}

/* Asks the tool for a text in its JSON: false, with the failure, when it does not tell. */
static bool ask(const char *url, const char *pointer, const char **text, uint16_t *status, hp_failure *failure) {
    hp_findings *findings = hp_findings_new();
    const hp_answer *answer = hp_need_answer(findings, hp_get(url));
    *status = answer ? answer->status : 0;
    if (answer && answer->status == 404) {
        return true;
    }
    *text = answer ? hp_json_text(hp_json_at(hp_need_json(findings, answer), pointer)) : NULL;
    if (*text) {
        return true;
    }
    hp_result told = hp_verdict(findings, "");
    *failure = told.failed ? told.as.failure : (hp_failure){HP_UNAVAILABLE, hp_of("the deploy tool does not tell")};
    return false;
}

static hp_readiness ready(const settings *settings, const hp_call *call) {
    if (!call->release.previous_version.there) {
        return hp_refused("the release names no previous version");
    }
    const char *previous = call->release.previous_version.text.at, *running = NULL;
    hp_readiness failed = {.failed = true};
    uint16_t status = 0;
    if (!ask(hp_below(settings->tool, "/version"), "/version", &running, &status, &failed.as.failure)) {
        return failed;
    }
    if (!running) {
        return hp_refused("the deploy tool does not tell what runs");
    }
    return strcmp(running, previous) == 0 ? hp_already_there(hp_format("%s runs", previous)) : hp_ready();
}

static hp_planned plan(const settings *settings, const hp_call *call) {
    (void)settings;
    if (!call->release.previous_version.there) {
        hp_planned failed = {.failed = true};
        failed.as.failure = (hp_failure){HP_BAD_SETTINGS, hp_of("the release names no previous version")};
        return failed;
    }
    hp_text previous = call->release.previous_version.text;
    const char *summary = hp_format("deploy %s again", previous.at);
    /* The payload comes back, unread, when the step is carried out. */
    hp_step step = {.id = hp_of("deploy"), .summary = hp_of(summary), .payload = previous};
    return hp_plan_of(summary, &step, 1);
}

static hp_report execute(const settings *settings, const hp_call *call, const hp_step *step, hp_order order) {
    (void)call;
    hp_request *request = hp_request_new("POST", hp_below(settings->tool, "/deploys"));
    hp_json_body(request, hp_format("{\"version\":%s,\"key\":%s,\"fence\":%llu}", hp_quoted(step->payload.at),
        hp_quoted(order.key), (unsigned long long)order.fence));
    hp_findings *findings = hp_findings_new();
    const hp_answer *answer = hp_need_answer(findings, hp_send(request));
    hp_report failed = {.failed = true};
    if (!answer) {
        failed.as.failure = hp_verdict(findings, "").as.failure;
        return failed;
    }
    switch (answer->status) {
    case 201:
        return hp_reported(HP_STARTED, hp_format("%s is being deployed", step->payload.at));
    case 200:
        return hp_reported(HP_ALREADY_DONE, hp_format("%s was deployed before", step->payload.at));
    default: {
        const char *told = hp_format("the deploy tool answered %u", (unsigned)answer->status);
        failed.as.failure = (hp_failure){HP_UNAVAILABLE, hp_of(told)};
        return failed;
    }
    }
}

static hp_rollback_status status(const settings *settings, const hp_call *call, const hp_plan *plan, const char *key) {
    (void)call;
    (void)plan;
    const char *url = hp_below(settings->tool, hp_format("/deploys/%s", key)), *state = NULL;
    hp_rollback_status failed = {.failed = true};
    uint16_t answered = 0;
    if (!ask(url, "/state", &state, &answered, &failed.as.failure)) {
        return failed;
    }
    if (answered == 404 || !state) {
        return hp_rollback_at(HP_ROLLBACK_NOT_BEGUN, "the deploy tool knows nothing of it");
    }
    /* What isn't known is never taken for a success. */
    uint8_t progress = strcmp(state, "running") == 0 ? HP_ROLLBACK_UNDER_WAY
        : strcmp(state, "done") == 0                 ? HP_ROLLBACK_COMPLETE
        : strcmp(state, "failed") == 0               ? HP_ROLLBACK_FAILED
                                                     : HP_ROLLBACK_UNKNOWN;
    return hp_rollback_at(progress, hp_format("the deploy is %s", state));
}

HP_ROLLBACK(settings, read_settings, ready, plan, execute, status)
