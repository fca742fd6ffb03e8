/* The settings: a word, and whatever that word needs. */
#include "conformance.h"

#include <string.h>

static const char *const words[] = {"say", "flood", "echo", "weigh", "count", "order", "log", "clock", "expect", "send",
    "need", "answer", "net", "fail", "throw", "allocate", "spin", "recurse", NULL};
static const char *const outcomes[] = {"pass", "warn", "fail", "inconclusive", NULL};
static const char *const kinds[] = {"settings", "unavailable", "denied", "internal", NULL};
static const char *const levels[] = {"note", "warn", "fail", NULL};

hp_text text_of(const hp_json *value) {
    return value && value->kind == HP_JSON_TEXT ? value->text : hp_of("");
}

uint8_t which(const char *word, const char *const *words) {
    uint8_t at = 0;
    while (words[at + 1] && strcmp(words[at], word) != 0) {
        at++;
    }
    return at;
}

hp_pairs pairs_of(const hp_json *pairs) {
    hp_pairs list = {NULL, pairs ? pairs->count : 0};
    list.at = hp_allocate(list.count * sizeof *list.at);
    for (size_t index = 0; index < list.count; index++) {
        const hp_json *pair = pairs->items[index];
        list.at[index] = (hp_pair){text_of(hp_json_at(pair, "/0")), text_of(hp_json_at(pair, "/1"))};
    }
    return list;
}

hp_sample sample_of(const hp_json *value) {
    static const char *const reasons[] = {
        "data", "no-data", "not-a-number", "not-finite", "ambiguous", "wrong-type", "provider-down", NULL};
    if (value && value->kind == HP_JSON_NUMBER) {
        return (hp_sample){HP_DATA, value->number};
    }
    return (hp_sample){which(text_of(value).at, reasons), 0};
}

/* A text that need not be there, and may hold a zero byte. */
static const hp_json *optional_text(hp_settings *in, const char *key) {
    const hp_json *value = hp_settings_any(in, key);
    if (value && value->kind != HP_JSON_TEXT && value->kind != HP_JSON_NULL) {
        hp_problem(in, key, "is not a text", NULL);
    }
    return value && value->kind == HP_JSON_TEXT ? value : NULL;
}

/* A text that has to be there, and may hold a zero byte. */
static void needed_text(hp_settings *in, const char *key) {
    const hp_json *value = hp_settings_any(in, key);
    if (!value || value->kind != HP_JSON_TEXT) {
        hp_problem(in, key, value ? "is not a text" : "is missing", NULL);
    }
}

static const char *optional(hp_settings *in, const char *key, const char *otherwise) {
    return hp_settings_has(in, key) ? hp_settings_text(in, key) : otherwise;
}

static uint32_t natural(hp_settings *in, const char *key) {
    return hp_settings_has(in, key) ? (uint32_t)hp_settings_integer(in, key, 0, UINT32_MAX) : 0;
}

static size_t word(hp_settings *in, const char *key, const char *const *words, size_t otherwise) {
    return hp_settings_has(in, key) ? hp_settings_word(in, key, words) : otherwise;
}

/* A list of objects, each of which is looked at. */
static const hp_json *each(hp_settings *in, const char *key, void (*look)(hp_settings *one)) {
    const hp_json *list = hp_settings_has(in, key) ? hp_settings_any(in, key) : NULL;
    for (size_t index = 0, count = list ? hp_settings_count(in, key) : 0; index < count; index++) {
        look(hp_settings_item(in, key, index));
    }
    return list && list->kind == HP_JSON_LIST ? list : NULL;
}

static void look_at_pair(hp_settings *pair) {
    const hp_json *value = hp_settings_any(pair, "");
    bool good = value && value->kind == HP_JSON_LIST && value->count == 2;
    if (!good || value->items[0]->kind != HP_JSON_TEXT || value->items[1]->kind != HP_JSON_TEXT) {
        hp_problem(pair, "", "is not a pair of texts", NULL);
    }
}

static void look_at_finding(hp_settings *finding) {
    hp_settings_word(finding, "level", levels);
    needed_text(finding, "subject");
    needed_text(finding, "message");
    optional_text(finding, "expected");
    optional_text(finding, "observed");
    each(finding, "labels", look_at_pair);
}

static void look_at_measurement(hp_settings *measurement) {
    needed_text(measurement, "name");
    needed_text(measurement, "unit");
    hp_settings_any(measurement, "sample");
    hp_settings_any(measurement, "taken-at");
    each(measurement, "labels", look_at_pair);
}

/* Steps are read where they are taken; what else stands in them is not asked. */
static void look_at_step(hp_settings *step) {
    hp_settings_text(step, "step");
    hp_settings_any(step, "");
}

static request_setting read_request(hp_settings *in) {
    request_setting request = {0};
    request.method = optional(in, "method", "GET");
    request.url = optional(in, "url", "");
    request.read_header = optional(in, "read-header", NULL);
    request.pointer = optional(in, "pointer", NULL);
    request.headers = each(in, "headers", look_at_pair);
    request.query = each(in, "query", look_at_pair);
    request.body = optional_text(in, "body");
    request.body_hex = optional_text(in, "body-hex");
    request.json = hp_settings_has(in, "json") ? hp_settings_any(in, "json") : NULL;
    request.form = hp_settings_has(in, "form") ? hp_settings_any(in, "form") : NULL;
    request.timeout_ms = (hp_maybe_u32){hp_settings_has(in, "timeout-ms"), natural(in, "timeout-ms")};
    request.max_body = (hp_maybe_u64){hp_settings_has(in, "max-body"), natural(in, "max-body")};
    return request;
}

void read_settings(hp_settings *in, settings *out) {
    out->word = word(in, "do", words, SIZE_MAX);
    out->outcome = word(in, "outcome", outcomes, HP_INCONCLUSIVE);
    out->kind = word(in, "kind", kinds, HP_INTERNAL);
    out->summary = optional_text(in, "summary");
    out->text = optional_text(in, "text");
    out->message = optional_text(in, "message");
    out->findings = each(in, "findings", look_at_finding);
    out->measurements = each(in, "measurements", look_at_measurement);
    out->labels = each(in, "labels", look_at_pair);
    out->lines = each(in, "lines", look_at_pair);
    out->steps = each(in, "steps", look_at_step);
    out->count = natural(in, "count");
    out->mib = natural(in, "mib");
    out->low = natural(in, "low");
    out->high = natural(in, "high");
    out->sleep_ms = natural(in, "sleep-ms");
    out->together = hp_settings_has(in, "together") && hp_settings_flag(in, "together");
    out->url = optional(in, "url", "");
    out->target = optional(in, "target", "");
    out->request_count = hp_settings_has(in, "requests") ? hp_settings_count(in, "requests") : 0;
    out->requests = hp_allocate(out->request_count * sizeof *out->requests);
    for (size_t index = 0; index < out->request_count; index++) {
        out->requests[index] = read_request(hp_settings_item(in, "requests", index));
    }
    if (out->low > out->high) {
        hp_problem(in, "low", "is above `high`", "swap them");
    }
}
