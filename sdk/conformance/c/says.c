/* Verdicts that the settings spell out, and those that follow from expectations. */
#include "conformance.h"

#include <math.h>
#include <string.h>

static hp_maybe_text maybe(const hp_json *value) {
    return (hp_maybe_text){value && value->kind == HP_JSON_TEXT, text_of(value)};
}

static void say_findings(hp_said *said, const hp_json *told) {
    static const char *const levels[] = {"note", "warn", "fail", NULL};
    said->findings.count = told ? told->count : 0;
    said->findings.at = hp_allocate(said->findings.count * sizeof *said->findings.at);
    for (size_t index = 0; index < said->findings.count; index++) {
        const hp_json *one = told->items[index];
        said->findings.at[index] = (hp_finding){which(text_of(hp_json_at(one, "/level")).at, levels),
            text_of(hp_json_at(one, "/subject")), text_of(hp_json_at(one, "/message")), maybe(hp_json_at(one, "/expected")),
            maybe(hp_json_at(one, "/observed")), pairs_of(hp_json_at(one, "/labels"))};
    }
}

static void say_measurements(hp_said *said, const hp_json *told) {
    said->measurements.count = told ? told->count : 0;
    said->measurements.at = hp_allocate(said->measurements.count * sizeof *said->measurements.at);
    for (size_t index = 0; index < said->measurements.count; index++) {
        const hp_json *one = told->items[index], *taken = hp_json_at(one, "/taken-at");
        bool there = taken && taken->kind == HP_JSON_NUMBER;
        said->measurements.at[index] = (hp_measurement){text_of(hp_json_at(one, "/name")),
            sample_of(hp_json_at(one, "/sample")), text_of(hp_json_at(one, "/unit")),
            {there, there ? (uint64_t)taken->number : 0}, pairs_of(hp_json_at(one, "/labels"))};
    }
}

hp_result say(const settings *settings) {
    hp_result result = {0};
    hp_said *said = &result.as.verdict;
    said->outcome = (hp_outcome)settings->outcome;
    said->summary = text_of(settings->summary);
    say_findings(said, settings->findings);
    say_measurements(said, settings->measurements);
    said->labels = pairs_of(settings->labels);
    return result;
}

hp_result flood(uint32_t count) {
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    for (uint32_t number = 1; number <= count; number++) {
        hp_note(findings, hp_format("finding %u", (unsigned)number), "is here");
        hp_measure(findings, hp_format("number-%u", (unsigned)number), number, "1");
    }
    return hp_verdict(findings, hp_format("%u of each", (unsigned)count));
}

/* A number as JSON can't always write it. */
static double number_of(const hp_json *value) {
    const char *odd = text_of(value).at;
    if (strcmp(odd, "NaN") == 0) {
        return NAN;
    }
    if (strcmp(odd, "Infinity") == 0 || strcmp(odd, "-Infinity") == 0) {
        return *odd == '-' ? -INFINITY : INFINITY;
    }
    return value ? value->number : 0;
}

static void take(hp_findings *findings, const hp_json *step) {
    static const char *const steps[] = {"equal", "one-of", "at-most", "at-least", "contains", "some", "met", "fail", "warn",
        "note", "unknown", "measure", "measure-sample", "label", "none of these", NULL};
    const char *subject = text_of(hp_json_at(step, "/subject")).at, *message = text_of(hp_json_at(step, "/message")).at;
    const char *unit = text_of(hp_json_at(step, "/unit")).at, *name = text_of(hp_json_at(step, "/name")).at;
    const hp_json *observed = hp_json_at(step, "/observed"), *value = hp_json_at(step, "/value");
    double limit = number_of(hp_json_at(step, "/limit"));
    switch (which(text_of(hp_json_at(step, "/step")).at, steps)) {
    case 0: hp_expect_json(findings, subject, hp_json_at(step, "/expected"), observed); break;
    case 1: hp_expect_one_of(findings, subject, hp_json_at(step, "/allowed"), observed); break;
    case 2: hp_expect_at_most(findings, subject, limit, number_of(observed), unit); break;
    case 3: hp_expect_at_least(findings, subject, limit, number_of(observed), unit); break;
    case 4: hp_expect_contains(findings, subject, text_of(hp_json_at(step, "/wanted")).at, text_of(observed).at); break;
    case 5: hp_expect_there(findings, subject, observed && observed->kind != HP_JSON_NULL); break;
    case 6: hp_met(findings); break;
    case 7: hp_fail(findings, subject, message); break;
    case 8: hp_warn(findings, subject, message); break;
    case 9: hp_note(findings, subject, message); break;
    case 10: hp_unknown(findings, text_of(hp_json_at(step, "/reason")).at); break;
    case 11: hp_measure(findings, name, number_of(value), unit); break;
    case 12: hp_measure_sample(findings, name, sample_of(hp_json_at(step, "/sample")), unit); break;
    case 13: hp_label(findings, name, text_of(value).at); break;
    default: hp_panic("a step that is none");
    }
}

hp_result expect(const settings *settings) {
    hp_findings *findings = hp_findings_new();
    for (size_t index = 0; settings->steps && index < settings->steps->count; index++) {
        take(findings, settings->steps->items[index]);
    }
    return hp_verdict(findings, text_of(settings->summary).at);
}
