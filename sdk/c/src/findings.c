/* Findings: expectations that explain themselves, and the verdict that follows from them.
 *
 * A verdict says pass only when something was expected and all of it was so. */
#include "../holdpoint.h"

#include <math.h>
#include <string.h>

struct hp_findings {
    hp_said said;
    /* How many expectations there were, met or not. */
    size_t expectations;
    /* Why something could not be seen. */
    const char *unknown;
    /* What is to be returned instead of a verdict. */
    hp_failure *failure;
};

hp_findings *hp_findings_new(void) {
    return hp_allocate(sizeof(hp_findings));
}

hp_finding *hp_finding_add(hp_findings *findings, hp_level level, const char *subject, const char *message) {
    hp_said *said = &findings->said;
    said->findings.at = hp_grown(said->findings.at, said->findings.count, sizeof *said->findings.at);
    hp_finding *finding = &said->findings.at[said->findings.count++];
    /* What the author handed over may be a buffer of their own. */
    memset(finding, 0, sizeof *finding);
    finding->level = level;
    finding->subject = hp_copy(subject, strlen(subject));
    finding->message = hp_copy(message, strlen(message));
    findings->expectations += level != HP_LEVEL_NOTE;
    return finding;
}

static void hp_unmet(hp_findings *findings, const char *subject, const char *message, hp_text expected, hp_text observed) {
    hp_finding *finding = hp_finding_add(findings, HP_LEVEL_FAIL, subject, message);
    expected = hp_excerpt(expected);
    observed = hp_excerpt(observed);
    finding->expected = (hp_maybe_text){true, hp_copy(expected.at, expected.size)};
    finding->observed = (hp_maybe_text){true, hp_copy(observed.at, observed.size)};
}

static void hp_expect_same(hp_findings *findings, const char *subject, bool same, const char *expected, const char *observed) {
    if (same) {
        hp_met(findings);
        return;
    }
    const char *message = hp_format("is %s instead of %s", hp_excerpt(hp_of(observed)).at, hp_excerpt(hp_of(expected)).at);
    hp_unmet(findings, subject, message, hp_of(expected), hp_of(observed));
}

void hp_expect_text(hp_findings *findings, const char *subject, const char *expected, const char *observed) {
    bool same = expected && observed ? strcmp(expected, observed) == 0 : !expected && !observed;
    hp_expect_same(findings, subject, same, expected ? expected : "nothing", observed ? observed : "nothing");
}

void hp_expect_integer(hp_findings *findings, const char *subject, int64_t expected, int64_t observed) {
    const char *one = hp_format("%lld", (long long)expected), *other = hp_format("%lld", (long long)observed);
    hp_expect_same(findings, subject, expected == observed, one, other);
}

void hp_expect_number(hp_findings *findings, const char *subject, double expected, double observed) {
    hp_expect_same(findings, subject, expected == observed, hp_digits(expected), hp_digits(observed));
}

/* A value as findings show it: a text bare, anything else as compact JSON. */
static const char *hp_shown(const hp_json *value) {
    const char *text = hp_json_text(value);
    return text ? text : hp_json_write(value);
}

void hp_expect_json(hp_findings *findings, const char *subject, const hp_json *expected, const hp_json *observed) {
    hp_expect_same(findings, subject, hp_json_same(expected, observed), hp_shown(expected), hp_shown(observed));
}

void hp_expect_one_of(hp_findings *findings, const char *subject, const hp_json *allowed, const hp_json *observed) {
    const char *wanted = "", *found = hp_shown(observed);
    for (size_t index = 0; allowed && index < allowed->count; index++) {
        if (hp_json_same(allowed->items[index], observed)) {
            hp_met(findings);
            return;
        }
        wanted = hp_format("%s%s%s", wanted, index ? " or " : "", hp_shown(allowed->items[index]));
    }
    const char *message = hp_format("is %s instead of %s", found, hp_excerpt(hp_of(wanted)).at);
    hp_unmet(findings, subject, message, hp_of(wanted), hp_of(found));
}

static void hp_beyond(
    hp_findings *findings, const char *subject, const char *relation, const char *sign, const char *wanted, const char *found) {
    const char *message = hp_format("is %s, %s than %s", found, relation, wanted);
    hp_unmet(findings, subject, message, hp_of(hp_format("%s %s", sign, wanted)), hp_of(found));
}

void hp_expect_at_most(hp_findings *findings, const char *subject, double limit, double observed, const char *unit) {
    if (observed <= limit) {
        hp_met(findings);
        return;
    }
    const char *wanted = hp_format("%s %s", hp_digits(limit), unit), *found = hp_format("%s %s", hp_digits(observed), unit);
    hp_beyond(findings, subject, "more", "≤", wanted, found);
}

void hp_expect_at_least(hp_findings *findings, const char *subject, double limit, double observed, const char *unit) {
    if (observed >= limit) {
        hp_met(findings);
        return;
    }
    const char *wanted = hp_format("%s %s", hp_digits(limit), unit), *found = hp_format("%s %s", hp_digits(observed), unit);
    hp_beyond(findings, subject, "less", "≥", wanted, found);
}

void hp_expect_contains(hp_findings *findings, const char *subject, const char *wanted, const char *observed) {
    if (strstr(observed, wanted)) {
        hp_met(findings);
        return;
    }
    const char *message = hp_format("does not contain `%s`", hp_excerpt(hp_of(wanted)).at);
    hp_unmet(findings, subject, message, hp_of(wanted), hp_of(observed));
}

bool hp_expect_there(hp_findings *findings, const char *subject, bool there) {
    if (there) {
        hp_met(findings);
    } else {
        hp_fail(findings, subject, "is missing");
    }
    return there;
}

static void hp_keep(hp_findings *findings, uint8_t kind, const char *message) {
    if (!findings->failure) {
        findings->failure = hp_allocate(sizeof(hp_failure));
        *findings->failure = (hp_failure){kind, hp_of(message)};
    }
}

const hp_answer *hp_need_answer(hp_findings *findings, const hp_reply *reply) {
    if (!reply->failed) {
        return &reply->as.answer;
    }
    const hp_error *error = &reply->as.error;
    if (error->kind == HP_HTTP_DENIED || error->kind == HP_HTTP_LIMIT) {
        /* A limit is the plan's or the host's word too: what mends it stands in the same place. */
        hp_keep(findings, HP_DENIED, error->text.at);
    } else {
        bool ours = error->kind == HP_HTTP_INVALID_REQUEST;
        hp_keep(findings, ours ? HP_BAD_SETTINGS : HP_UNAVAILABLE, hp_error_words(error));
    }
    return NULL;
}

const hp_answer *hp_expect_answer(hp_findings *findings, const char *subject, const hp_reply *reply) {
    if (!reply->failed) {
        hp_met(findings);
        return &reply->as.answer;
    }
    const hp_error *error = &reply->as.error;
    switch (error->kind) {
    case HP_HTTP_DNS:
    case HP_HTTP_CONNECT:
    case HP_HTTP_TLS:
    case HP_HTTP_TIMEOUT: {
        hp_finding *finding = hp_finding_add(findings, HP_LEVEL_FAIL, subject, "does not answer");
        finding->observed = (hp_maybe_text){true, hp_excerpt(hp_of(hp_error_words(error)))};
        return NULL;
    }
    case HP_HTTP_PROTOCOL:
        hp_unknown(findings, hp_format("%s: %s", subject, hp_error_words(error)));
        return NULL;
    default:
        return hp_need_answer(findings, reply);
    }
}

const hp_json *hp_need_json(hp_findings *findings, const hp_answer *answer) {
    const char *why = NULL;
    const hp_json *value = answer->truncated ? NULL : hp_json_read(answer->body, &why);
    if (answer->truncated) {
        const char *told = hp_format("the answer of %s was cut after %zu bytes", answer->url.at, answer->body.size);
        hp_keep(findings, HP_UNAVAILABLE, told);
    } else if (!value) {
        const char *told = hp_format("the answer of %s is not the JSON it should be: %s", answer->url.at, why);
        hp_keep(findings, HP_UNAVAILABLE, told);
    }
    return value;
}

void hp_met(hp_findings *findings) {
    findings->expectations++;
}

void hp_fail(hp_findings *findings, const char *subject, const char *message) {
    hp_finding_add(findings, HP_LEVEL_FAIL, subject, message);
}

void hp_warn(hp_findings *findings, const char *subject, const char *message) {
    hp_finding_add(findings, HP_LEVEL_WARN, subject, message);
}

void hp_note(hp_findings *findings, const char *subject, const char *message) {
    hp_finding_add(findings, HP_LEVEL_NOTE, subject, message);
}

void hp_unknown(hp_findings *findings, const char *reason) {
    if (!findings->unknown) {
        findings->unknown = hp_copy(reason, strlen(reason)).at;
    }
}

hp_measurement *hp_measure_sample(hp_findings *findings, const char *name, hp_sample sample, const char *unit) {
    hp_said *said = &findings->said;
    said->measurements.at = hp_grown(said->measurements.at, said->measurements.count, sizeof *said->measurements.at);
    hp_measurement *measurement = &said->measurements.at[said->measurements.count++];
    memset(measurement, 0, sizeof *measurement);
    measurement->name = hp_copy(name, strlen(name));
    measurement->sample = sample;
    measurement->unit = hp_copy(unit, strlen(unit));
    return measurement;
}

void hp_measure(hp_findings *findings, const char *name, double value, const char *unit) {
    hp_sample sample = {isnan(value) ? HP_NOT_A_NUMBER : isinf(value) ? HP_NOT_FINITE : HP_DATA, value};
    hp_measure_sample(findings, name, sample, unit);
}

void hp_label(hp_findings *findings, const char *name, const char *value) {
    hp_add_text(&findings->said.labels, hp_copy(name, strlen(name)), hp_copy(value, strlen(value)));
}

/* The first finding of a level in a sentence, and how many more there are; NULL when there is none. */
static const char *hp_reason(const hp_findings *findings, hp_level level) {
    const hp_finding *first = NULL;
    size_t more = 0;
    for (size_t index = 0; index < findings->said.findings.count; index++) {
        const hp_finding *finding = &findings->said.findings.at[index];
        if (finding->level == level) {
            more += first != NULL;
            first = first ? first : finding;
        }
    }
    if (!first) {
        return NULL;
    }
    const char *reason = hp_format("%s %s", first->subject.at, first->message.at);
    return more ? hp_format("%s (and %zu more)", reason, more) : reason;
}

/* The outcome, and its reason when all is not well. */
static hp_outcome hp_judged(const hp_findings *findings, const char **reason) {
    if ((*reason = hp_reason(findings, HP_LEVEL_FAIL))) {
        return HP_FAIL;
    }
    if ((*reason = findings->unknown)) {
        return HP_INCONCLUSIVE;
    }
    if ((*reason = hp_reason(findings, HP_LEVEL_WARN))) {
        return HP_WARN;
    }
    if (findings->expectations == 0) {
        *reason = "nothing was expected, so nothing was found";
        return HP_INCONCLUSIVE;
    }
    return HP_PASS;
}

hp_result hp_verdict(hp_findings *findings, const char *summary) {
    hp_result result = {0};
    if (findings->failure) {
        result.failed = true;
        result.as.failure = *findings->failure;
        return result;
    }
    const char *reason = NULL;
    hp_said *said = &result.as.verdict;
    *said = findings->said;
    said->outcome = hp_judged(findings, &reason);
    said->summary = hp_of(reason ? reason : summary);
    /* The most important first; within a level as they were added. */
    size_t count = 0;
    said->findings.at = hp_allocate(findings->said.findings.count * sizeof *said->findings.at);
    for (int level = HP_LEVEL_FAIL; level >= HP_LEVEL_NOTE; level--) {
        for (size_t index = 0; index < said->findings.count; index++) {
            if (findings->said.findings.at[index].level == level) {
                said->findings.at[count++] = findings->said.findings.at[index];
            }
        }
    }
    return result;
}

hp_result hp_fails(uint8_t kind, const char *message) {
    hp_result result = {0};
    result.failed = true;
    result.as.failure = (hp_failure){kind, hp_of(message)};
    return result;
}
