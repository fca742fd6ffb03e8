/* What the plugin was given, told back: the call, texts, the log, the clock, and whether it lived before. */
#include "conformance.h"

static void tell(hp_findings *findings, const char *subject, hp_maybe_text value) {
    hp_finding_add(findings, HP_LEVEL_NOTE, subject, "was given")->observed = value;
}

static hp_maybe_text given(hp_text text) {
    return (hp_maybe_text){true, text};
}

hp_result echo(const hp_call *call) {
    const hp_release_facts *release = &call->release;
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    tell(findings, "service", given(release->service));
    tell(findings, "environment", given(release->environment));
    tell(findings, "version", given(release->version));
    tell(findings, "previous-version", release->previous_version);
    tell(findings, "artifact", release->artifact);
    tell(findings, "revision", release->revision);
    tell(findings, "change", given(release->change));
    tell(findings, "strategy", given(release->strategy));
    for (size_t index = 0; index < release->labels.count; index++) {
        const hp_pair *label = &release->labels.at[index];
        tell(findings, hp_format("release label %s", label->name.at), given(label->value));
    }
    tell(findings, "name", given(call->name));
    tell(findings, "attempt", given(hp_of(hp_format("%u", (unsigned)call->attempt))));
    tell(findings, "deadline-ms", given(hp_of(hp_format("%llu", (unsigned long long)call->deadline_ms))));
    for (size_t index = 0; index < call->labels.count; index++) {
        const hp_pair *label = &call->labels.at[index];
        tell(findings, hp_format("call label %s", label->name.at), given(label->value));
    }
    tell(findings, "is-signal", given(hp_of(hp_is_signal(call) ? "yes" : "no")));
    return hp_verdict(findings, "this is what was given");
}

hp_result weigh(hp_text text) {
    size_t characters = 0;
    for (size_t index = 0; index < text.size; index++) {
        characters += ((unsigned char)text.at[index] & 0xC0) != 0x80;
    }
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    hp_measure(findings, "bytes", (double)text.size, "bytes");
    hp_measure(findings, "characters", (double)characters, "1");
    return hp_verdict(findings, hp_format("%zu bytes, %zu characters", text.size, characters));
}

hp_result count_calls(void) {
    static int calls;
    calls++;
    hp_findings *findings = hp_findings_new();
    hp_expect_integer(findings, "calls of this instance", 1, calls);
    return hp_verdict(findings, "nothing was here before");
}

hp_result order(const settings *settings) {
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    return hp_verdict(findings, hp_format("%u is not above %u", (unsigned)settings->low, (unsigned)settings->high));
}

hp_result write_log(const hp_json *lines) {
    static const char *const severities[] = {"debug", "info", "warn", "error", NULL};
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    size_t count = lines ? lines->count : 0;
    for (size_t index = 0; index < count; index++) {
        const hp_json *line = lines->items[index];
        hp_log_text(which(text_of(hp_json_at(line, "/0")).at, severities), text_of(hp_json_at(line, "/1")));
    }
    return hp_verdict(findings, hp_format("%zu lines", count));
}

hp_result tell_time(uint32_t sleep_ms) {
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    uint64_t now = hp_now(), monotonic = hp_monotonic();
    hp_sleep(sleep_ms);
    uint64_t slept = hp_now() - now, passed = (hp_monotonic() - monotonic) / 1000000;
    hp_measure(findings, "now", (double)(now / 1000), "s");
    hp_measure(findings, "slept", (double)slept, "ms");
    hp_measure(findings, "passed", (double)passed, "ms");
    return hp_verdict(findings, "time goes by");
}
