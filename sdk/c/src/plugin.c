/* Plugins: what stands between the host's calls and the author's functions. */
#include "../holdpoint.h"

#include <string.h>

bool hp_is_signal(const hp_call *call) {
    const char *purpose = hp_value(call->labels, "purpose");
    return purpose && strcmp(purpose, "signal") == 0;
}

hp_result *hp_run(const hp_check *check, hp_call *call) {
    hp_result *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&check->settings, call->settings, &result->as.failure);
    if (settings) {
        *result = check->look(settings, call);
    } else {
        result->failed = true;
    }
    return result;
}

/* --- Rollbacks --------------------------------------------------------------------------------------------------- */

hp_readiness hp_ready(void) {
    return (hp_readiness){0};
}

static hp_readiness hp_readiness_of(uint8_t kind, const char *why) {
    hp_readiness readiness = {0};
    readiness.as.readiness.kind = kind;
    readiness.as.readiness.why = hp_of(why);
    return readiness;
}

hp_readiness hp_already_there(const char *why) {
    return hp_readiness_of(HP_ALREADY_THERE, why);
}

hp_readiness hp_refused(const char *why) {
    return hp_readiness_of(HP_REFUSED, why);
}

hp_planned hp_plan_of(const char *summary, const hp_step *steps, size_t count) {
    hp_planned planned = {0};
    planned.as.plan.summary = hp_of(summary);
    planned.as.plan.steps.at = hp_allocate(count * sizeof *steps);
    planned.as.plan.steps.count = count;
    memcpy(planned.as.plan.steps.at, steps, count * sizeof *steps);
    return planned;
}

hp_report hp_reported(uint8_t end, const char *summary) {
    hp_report report = {0};
    report.as.report.end = end;
    report.as.report.summary = hp_of(summary);
    return report;
}

hp_rollback_status hp_rollback_at(uint8_t progress, const char *summary) {
    hp_rollback_status status = {0};
    status.as.status.progress = progress;
    status.as.status.summary = hp_of(summary);
    return status;
}

hp_readiness *hp_run_ready(const hp_rollback *rollback, hp_call *call) {
    hp_readiness *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollback->settings, call->settings, &result->as.failure);
    if (settings) {
        *result = rollback->ready(settings, call);
    } else {
        result->failed = true;
    }
    return result;
}

hp_planned *hp_run_plan(const hp_rollback *rollback, hp_call *call) {
    hp_planned *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollback->settings, call->settings, &result->as.failure);
    if (settings) {
        *result = rollback->plan(settings, call);
    } else {
        result->failed = true;
    }
    return result;
}

hp_report *hp_run_execute(const hp_rollback *rollback, hp_execute_arguments *arguments) {
    hp_report *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollback->settings, arguments->call.settings, &result->as.failure);
    if (settings) {
        hp_order order = {arguments->key.at, arguments->fence};
        *result = rollback->execute(settings, &arguments->call, &arguments->step, order);
    } else {
        result->failed = true;
    }
    return result;
}

hp_rollback_status *hp_run_status(const hp_rollback *rollback, hp_status_arguments *arguments) {
    hp_rollback_status *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollback->settings, arguments->call.settings, &result->as.failure);
    if (settings) {
        *result = rollback->status(settings, &arguments->call, &arguments->plan, arguments->key.at);
    } else {
        result->failed = true;
    }
    return result;
}

/* --- Rollouts ---------------------------------------------------------------------------------------------------- */

hp_shift_status hp_shift_at(uint8_t progress, const char *summary) {
    hp_shift_status status = {0};
    status.as.status.progress = progress;
    status.as.status.summary = hp_of(summary);
    return status;
}

hp_readiness *hp_run_shift_ready(const hp_rollout *rollout, hp_shift_arguments *arguments) {
    hp_readiness *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollout->settings, arguments->call.settings, &result->as.failure);
    if (!settings) {
        result->failed = true;
        return result;
    }
    *result = rollout->ready(settings, &arguments->call, &arguments->share);
    /* A shift has only two answers: whatever is not ready is refused. */
    if (!result->failed && result->as.readiness.kind != HP_READY) {
        result->as.readiness.kind = 1;
    }
    return result;
}

hp_report *hp_run_shift(const hp_rollout *rollout, hp_shift_arguments *arguments) {
    hp_report *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollout->settings, arguments->call.settings, &result->as.failure);
    if (settings) {
        hp_order order = {arguments->key.at, arguments->fence};
        *result = rollout->shift(settings, &arguments->call, &arguments->share, order);
    } else {
        result->failed = true;
    }
    return result;
}

hp_shift_status *hp_run_shift_status(const hp_rollout *rollout, hp_shift_arguments *arguments) {
    hp_shift_status *result = hp_allocate(sizeof *result);
    const void *settings = hp_accept(&rollout->settings, arguments->call.settings, &result->as.failure);
    if (settings) {
        *result = rollout->status(settings, &arguments->call, &arguments->share, arguments->key.at);
    } else {
        result->failed = true;
    }
    return result;
}
