/* The rollback against a deploy tool that is played: `make test`, without a sandbox. */
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

/* A call, and a deploy tool that says this, in JSON, at an address. */
static hp_call *tool(const char *method, const char *path, uint16_t status, const char *said) {
    hp_world_new();
    hp_world_on(method, hp_below("endpoint:deploys", path), hp_reply_text(hp_reply_status(status), said));
    return hp_world_call("{\"tool\":\"endpoint:deploys\"}");
}

static void it_is_ready_while_the_released_version_runs(void) {
    hp_call *call = tool("GET", "/version", 200, "{\"version\":\"2.0.0\"}");

    hp_readiness *readiness = hp_run_ready(&hp_the_rollback, call);

    expect(__func__, !readiness->failed && readiness->as.readiness.kind == HP_READY);
}

static void there_is_nothing_to_do_when_the_previous_version_runs_already(void) {
    hp_call *call = tool("GET", "/version", 200, "{\"version\":\"1.9.0\"}");

    hp_readiness *readiness = hp_run_ready(&hp_the_rollback, call);

    expect(__func__, !readiness->failed && strcmp(readiness->as.readiness.why.at, "1.9.0 runs") == 0);
}

static void the_one_step_deploys_the_previous_version_under_the_key(void) {
    hp_call *call = tool("POST", "/deploys", 201, "{\"state\":\"running\"}");
    hp_planned *planned = hp_run_plan(&hp_the_rollback, call);
    hp_execute_arguments arguments = {*call, planned->as.plan.steps.at[0], hp_of("k-1"), 3};

    hp_report *report = hp_run_execute(&hp_the_rollback, &arguments);

    const char *sent = hp_world_request(0)->body.bytes.at;
    expect(__func__, !report->failed && report->as.report.end == HP_STARTED);
    expect(__func__, strcmp(sent, "{\"version\":\"1.9.0\",\"key\":\"k-1\",\"fence\":3}") == 0);
}

static void a_state_that_nobody_knows_is_no_success(void) {
    hp_call *call = tool("GET", "/deploys/k-1", 200, "{\"state\":\"splendid\"}");
    hp_status_arguments arguments = {.call = *call, .key = hp_of("k-1")};

    hp_rollback_status *status = hp_run_status(&hp_the_rollback, &arguments);

    expect(__func__, !status->failed && status->as.status.progress == HP_ROLLBACK_UNKNOWN);
}

static void a_deploy_tool_that_is_down_is_no_answer(void) {
    hp_world_new();
    hp_world_on("GET", "endpoint:deploys/version", hp_reply_error(HP_HTTP_CONNECT, "refused"));

    hp_readiness *readiness = hp_run_ready(&hp_the_rollback, hp_world_call("{\"tool\":\"endpoint:deploys\"}"));

    expect(__func__, readiness->failed && readiness->as.failure.kind == HP_UNAVAILABLE);
}

int main(void) {
    it_is_ready_while_the_released_version_runs();
    there_is_nothing_to_do_when_the_previous_version_runs_already();
    the_one_step_deploys_the_previous_version_under_the_key();
    a_state_that_nobody_knows_is_no_success();
    a_deploy_tool_that_is_down_is_no_answer();
    hp_release();
    return failures;
}
