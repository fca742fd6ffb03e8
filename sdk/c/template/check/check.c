/* The {{name}} check: a service says that it is well, and says it in time. */
#include "holdpoint.h"

/* Where the service tells its health, and how fast it should. */
typedef struct {
    const char *url;
    double max_latency_ms;
} settings;

static void read_settings(hp_settings *in, settings *out) {
    out->url = hp_settings_target(in, "url");
    out->max_latency_ms = hp_settings_has(in, "max-latency-ms") ? hp_settings_number(in, "max-latency-ms") : 500;
}

static hp_result check(const settings *settings, const hp_call *call) {
    (void)call;
    hp_findings *findings = hp_findings_new();
    /* A service that doesn't answer has failed the check. With hp_need_answer instead, silence would be inconclusive. */
    const hp_answer *answer = hp_expect_answer(findings, "health", hp_get(settings->url));
    if (answer) {
        hp_expect_integer(findings, "health: status", 200, answer->status);
        hp_expect_at_most(findings, "health: latency", settings->max_latency_ms, hp_total_ms(answer), "ms");
        hp_measure(findings, "latency", hp_total_ms(answer), "ms");
    }
    return hp_verdict(findings, "the service is well");
}

HP_CHECK(settings, read_settings, check)
