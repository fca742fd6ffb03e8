/* The rollout against a deploy tool that is played: `make test`, without a sandbox. */
#include "holdpoint_fake.h"

#include <stdio.h>
#include <string.h>

static int failures;

static void expect(const char *test, bool so) {
    if (!so) {
        printf("%s\n", test);
        failures++;
    }
}

/* The arguments of a shift to 25 %, and a deploy tool that says this of the traffic. */
static hp_shift_arguments *tool(const char *traffic) {
    hp_world_new();
    hp_world_on("GET", "endpoint:deploys/traffic", hp_reply_text(hp_reply_status(200), traffic));
    hp_world_on("POST", "endpoint:deploys/traffic", hp_reply_status(201));
    hp_shift_arguments *arguments = hp_allocate(sizeof *arguments);
    *arguments = (hp_shift_arguments){*hp_world_call("{\"tool\":\"endpoint:deploys\"}"), {25, {NULL, 0}}, hp_of("k-1"), 3};
    return arguments;
}

static void a_larger_share_can_be_given(void) {
    hp_readiness *readiness = hp_run_shift_ready(&hp_the_rollout, tool("{\"version\":\"2.0.0\",\"percent\":10}"));

    expect(__func__, !readiness->failed && readiness->as.readiness.kind == HP_READY);
}

static void traffic_is_never_taken_away(void) {
    hp_readiness *readiness = hp_run_shift_ready(&hp_the_rollout, tool("{\"version\":\"2.0.0\",\"percent\":50}"));

    expect(__func__, !readiness->failed && strcmp(readiness->as.readiness.why.at, "it has 50 % already") == 0);
}

static void a_share_is_asked_for_under_its_key(void) {
    hp_report *report = hp_run_shift(&hp_the_rollout, tool("{\"version\":\"2.0.0\",\"percent\":10}"));

    const char *sent = hp_world_request(0)->body.bytes.at;
    expect(__func__, !report->failed && report->as.report.end == HP_STARTED);
    expect(__func__, strcmp(sent, "{\"version\":\"2.0.0\",\"percent\":25,\"key\":\"k-1\",\"fence\":3}") == 0);
}

static void another_version_in_its_place_is_a_failure(void) {
    hp_shift_status *status = hp_run_shift_status(&hp_the_rollout, tool("{\"version\":\"1.9.0\",\"percent\":100}"));

    expect(__func__, !status->failed && status->as.status.progress == HP_SHIFT_FAILED);
}

int main(void) {
    a_larger_share_can_be_given();
    traffic_is_never_taken_away();
    a_share_is_asked_for_under_its_key();
    another_version_in_its_place_is_a_failure();
    hp_release();
    return failures;
}
