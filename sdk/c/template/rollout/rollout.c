/* The {{name}} rollout: a deploy tool gives the released version a share of the traffic.
 *
 * The tool tells the share at GET /traffic and sets it at POST /traffic. Each call runs in a fresh sandbox, so the tool
 * remembers what was done, not this. Traffic only ever moves towards the released version: the way back is the plan's
 * rollback. */
#include "holdpoint.h"

#include <string.h>

/* Where the deploy tool is. */
typedef struct {
    const char *tool;
} settings;

static void read_settings(hp_settings *in, settings *out) {
    out->tool = hp_settings_endpoint(in, "tool");
}

/* What the tool says of the traffic. */
typedef struct {
    const char *version;
    uint32_t percent;
} traffic;

/* Asks the tool: false, with the failure, when it does not tell. */
static bool ask(const settings *settings, traffic *traffic, hp_failure *failure) {
    hp_findings *findings = hp_findings_new();
    const hp_answer *answer = hp_need_answer(findings, hp_get(hp_below(settings->tool, "/traffic")));
    const hp_json *told = answer ? hp_need_json(findings, answer) : NULL, *percent = hp_json_at(told, "/percent");
    traffic->version = hp_json_text(hp_json_at(told, "/version"));
    if (traffic->version && percent && percent->kind == HP_JSON_NUMBER && percent->number >= 0 && percent->number <= 100) {
        traffic->percent = (uint32_t)percent->number;
        return true;
    }
    hp_result result = hp_verdict(findings, "");
    *failure = result.failed ? result.as.failure : (hp_failure){HP_UNAVAILABLE, hp_of("the deploy tool does not tell")};
    return false;
}

static hp_readiness ready(const settings *settings, const hp_call *call, const hp_share *share) {
    hp_readiness failed = {.failed = true};
    traffic traffic = {0};
    if (!ask(settings, &traffic, &failed.as.failure)) {
        return failed;
    }
    if (strcmp(traffic.version, call->release.version.at) != 0) {
        return hp_refused(hp_format("%s is rolled out, not %s", traffic.version, call->release.version.at));
    }
    if (traffic.percent > share->percent) {
        return hp_refused(hp_format("it has %u %% already", (unsigned)traffic.percent));
    }
    return hp_ready();
}

static hp_report shift(const settings *settings, const hp_call *call, const hp_share *share, hp_order order) {
    const char *version = call->release.version.at;
    unsigned percent = share->percent;
    hp_request *request = hp_request_new("POST", hp_below(settings->tool, "/traffic"));
    hp_json_body(request, hp_format("{\"version\":%s,\"percent\":%u,\"key\":%s,\"fence\":%llu}", hp_quoted(version), percent,
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
        return hp_reported(HP_STARTED, hp_format("%s is being given %u %%", version, percent));
    case 200:
        return hp_reported(HP_ALREADY_DONE, hp_format("%s was given %u %% before", version, percent));
    default: {
        const char *told = hp_format("the deploy tool answered %u", (unsigned)answer->status);
        failed.as.failure = (hp_failure){HP_UNAVAILABLE, hp_of(told)};
        return failed;
    }
    }
}

static hp_shift_status status(const settings *settings, const hp_call *call, const hp_share *share, const char *key) {
    (void)key;
    hp_shift_status failed = {.failed = true};
    traffic traffic = {0};
    if (!ask(settings, &traffic, &failed.as.failure)) {
        return failed;
    }
    if (strcmp(traffic.version, call->release.version.at) != 0) {
        return hp_shift_at(HP_SHIFT_FAILED, hp_format("%s is rolled out", traffic.version));
    }
    uint8_t progress = traffic.percent == share->percent ? HP_SHIFT_COMPLETE : HP_SHIFT_UNDER_WAY;
    const char *summary = hp_format("%s has %u %%", traffic.version, (unsigned)traffic.percent);
    hp_shift_status status = hp_shift_at(progress, summary);
    status.as.status.percent = (hp_maybe_u32){true, traffic.percent};
    return status;
}

HP_ROLLOUT(settings, read_settings, ready, shift, status)
