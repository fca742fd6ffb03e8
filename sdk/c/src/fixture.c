/* Fixtures: recorded calls, played again without a network. */
#include "../holdpoint_fake.h"

#include <stdio.h>
#include <string.h>

struct hp_fixture {
    const hp_json *recorded;
};

static const char *const hp_fixture_keys[] = {"fixture", "check", "attempt", "plugin", "name", "what", "settings", "release",
    "labels", "limits", "began", "endpoints", "exchanges", "left-out", "ended", "expect", "repeat", NULL};

static const char *const hp_exchange_keys[] = {"method", "url", "request", "answer", "denied", "failed", NULL};

static const char *const hp_answer_keys[] = {
    "status", "headers", "body", "body-hex", "body-lost", "truncated", "micros", NULL};

/* The first key of an object that is not among these; NULL when there is none. */
static const char *hp_unknown_key(const hp_json *object, const char *const *known) {
    for (size_t index = 0; object && index < object->count; index++) {
        size_t at = 0;
        while (known[at] && strcmp(known[at], object->items[index]->key.at) != 0) {
            at++;
        }
        if (!known[at]) {
            return object->items[index]->key.at;
        }
    }
    return NULL;
}

static double hp_number_at(const hp_json *value, const char *pointer) {
    const hp_json *found = hp_json_at(value, pointer);
    return found && found->kind == HP_JSON_NUMBER && found->number >= 0 ? found->number : 0;
}

/* The bytes of an answer's body; false when its digits are none. */
static bool hp_recorded_body(const hp_json *answer, hp_text *body) {
    const hp_json *text = hp_json_at(answer, "/body"), *digits = hp_json_at(answer, "/body-hex");
    *body = text && text->kind == HP_JSON_TEXT ? text->text : hp_of("");
    if (!digits) {
        return true;
    }
    size_t count = digits->text.size / 2;
    char *bytes = hp_allocate(count);
    for (size_t index = 0; index < count; index++) {
        unsigned byte = 0;
        if (strspn(digits->text.at + index * 2, "0123456789abcdefABCDEF") < 2 ||
            sscanf(digits->text.at + index * 2, "%2x", &byte) != 1) {
            return false;
        }
        bytes[index] = (char)byte;
    }
    *body = (hp_text){bytes, count};
    return digits->text.size % 2 == 0;
}

static hp_reply *hp_recorded_answer(const hp_json *answer, const char **why) {
    const char *unknown = hp_unknown_key(answer, hp_answer_keys);
    if (unknown) {
        *why = hp_format("unknown field `%s`", unknown);
        return NULL;
    }
    if (hp_json_at(answer, "/body-lost")) {
        *why = "the answer's body was not kept: put one in `body`, or take `body-lost` out";
        return NULL;
    }
    hp_reply *reply = hp_reply_status((uint16_t)hp_number_at(answer, "/status"));
    if (!hp_recorded_body(answer, &reply->as.answer.body)) {
        *why = "its body-hex is not hexadecimal";
        return NULL;
    }
    const hp_json *headers = hp_json_at(answer, "/headers"), *truncated = hp_json_at(answer, "/truncated");
    for (size_t index = 0; headers && index < headers->count; index++) {
        const char *name = hp_json_text(hp_json_at(headers->items[index], "/0"));
        const char *value = hp_json_text(hp_json_at(headers->items[index], "/1"));
        if (!name || !value) {
            *why = "a header is not a pair of texts";
            return NULL;
        }
        hp_reply_header(reply, name, value);
    }
    reply->as.answer.truncated = truncated && truncated->kind == HP_JSON_TRUE;
    return hp_reply_after(reply, (uint64_t)hp_number_at(answer, "/micros"));
}

static hp_reply *hp_recorded_failure(const hp_json *failed, const char **why) {
    static const struct { const char *part; uint8_t kind; } parts[] = {{"dns", HP_HTTP_DNS}, {"connect", HP_HTTP_CONNECT},
        {"tls", HP_HTTP_TLS}, {"timeout", HP_HTTP_TIMEOUT}, {"protocol", HP_HTTP_PROTOCOL}, {"limit", HP_HTTP_LIMIT},
        {"invalid-request", HP_HTTP_INVALID_REQUEST}};
    const char *part = hp_json_text(hp_json_at(failed, "/part")), *told = hp_json_text(hp_json_at(failed, "/why"));
    for (size_t index = 0; part && index < sizeof parts / sizeof *parts; index++) {
        if (strcmp(parts[index].part, part) == 0) {
            return hp_reply_error(parts[index].kind, told ? told : "");
        }
    }
    *why = hp_format("unknown part `%s`", part ? part : "");
    return NULL;
}

/* How an exchange ended; NULL, with the reason, when that is not there, or not all of it. */
static hp_reply *hp_recorded_end(const hp_json *exchange, const char **why) {
    const hp_json *answer = hp_json_at(exchange, "/answer"), *failed = hp_json_at(exchange, "/failed");
    const char *denied = hp_json_text(hp_json_at(exchange, "/denied")), *unknown = hp_unknown_key(exchange, hp_exchange_keys);
    if (unknown) {
        *why = hp_format("unknown field `%s`", unknown);
        return NULL;
    }
    if ((answer != NULL) + (failed != NULL) + (denied != NULL) != 1) {
        *why = "one of `answer`, `denied` and `failed` is to stand here";
        return NULL;
    }
    if (denied) {
        return hp_reply_error(HP_HTTP_DENIED, denied);
    }
    return answer ? hp_recorded_answer(answer, why) : hp_recorded_failure(failed, why);
}

/* Arranges the recorded replies, and denials behind them. */
static bool hp_arrange(const hp_json *exchanges, const char **why) {
    for (size_t index = 0; exchanges && index < exchanges->count; index++) {
        const hp_json *exchange = exchanges->items[index];
        const char *method = hp_json_text(hp_json_at(exchange, "/method")), *url = hp_json_text(hp_json_at(exchange, "/url"));
        const char *reason = method && url ? NULL : "`method` and `url` are to stand here";
        hp_reply *reply = reason ? NULL : hp_recorded_end(exchange, &reason);
        if (!reply) {
            *why = hp_format("exchange %zu: %s", index + 1, reason);
            return false;
        }
        hp_world_on(method, url, reply);
    }
    for (size_t index = 0; index < hp_world.route_count; index++) {
        hp_route *route = &hp_world.routes[index];
        const char *told = "the fixture holds %zu answers to %s %s, and this is one request more";
        hp_world_on(route->method, route->url, hp_reply_error(HP_HTTP_DENIED, hp_format(told, route->count, route->method, route->url)));
    }
    return true;
}

hp_fixture *hp_fixture_parse(hp_text text, const char **why) {
    hp_world_new();
    const hp_json *recorded = hp_json_read(text, why);
    if (!recorded) {
        return NULL;
    }
    const char *unknown = hp_unknown_key(recorded, hp_fixture_keys);
    double format = hp_number_at(recorded, "/fixture");
    if (recorded->kind != HP_JSON_OBJECT || unknown || format != 1 || !hp_json_at(recorded, "/settings")) {
        *why = unknown ? hp_format("unknown field `%s`", unknown)
            : format != 1 ? hp_format("the fixture has format %s, and format 1 is read here", hp_digits(format))
                          : "the fixture has no `settings`";
        return NULL;
    }
    const hp_json *endpoints = hp_json_at(recorded, "/endpoints");
    for (size_t index = 0; endpoints && index < endpoints->count; index++) {
        hp_world_bind(endpoints->items[index]->key.at, endpoints->items[index]->text.at);
    }
    if (hp_number_at(recorded, "/began") > 0) {
        hp_world_begin((uint64_t)hp_number_at(recorded, "/began"));
    }
    if (!hp_arrange(hp_json_at(recorded, "/exchanges"), why)) {
        return NULL;
    }
    hp_fixture *fixture = hp_allocate(sizeof *fixture);
    fixture->recorded = recorded;
    return fixture;
}

hp_fixture *hp_fixture_read(const char *path, const char **why) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        *why = hp_format("could not read %s", path);
        return NULL;
    }
    char *text = hp_allocate(0);
    size_t size = 0, got = 0;
    char part[4096];
    while ((got = fread(part, 1, sizeof part, file)) > 0) {
        char *longer = hp_allocate(size + got);
        memcpy(longer, text, size);
        memcpy(longer + size, part, got);
        text = longer;
        size += got;
    }
    fclose(file);
    hp_fixture *fixture = hp_fixture_parse((hp_text){text, size}, why);
    if (!fixture) {
        *why = hp_format("%s: %s", path, *why);
    }
    return fixture;
}

static const char *hp_recorded_text(const hp_json *value, const char *pointer) {
    const char *text = hp_json_text(hp_json_at(value, pointer));
    return text ? text : "";
}

const char *hp_fixture_settings(const hp_fixture *fixture) {
    return hp_json_write(hp_json_at(fixture->recorded, "/settings"));
}

const char *hp_fixture_word(const hp_fixture *fixture) {
    return hp_recorded_text(fixture->recorded, "/ended/word");
}

const char *hp_fixture_summary(const hp_fixture *fixture) {
    return hp_recorded_text(fixture->recorded, "/ended/outcome/verdict/summary");
}

static void hp_recorded_release(const hp_json *release, hp_release_facts *facts) {
    facts->service = hp_of(hp_recorded_text(release, "/service"));
    facts->environment = hp_of(hp_recorded_text(release, "/environment"));
    facts->version = hp_of(hp_recorded_text(release, "/version"));
    facts->change = hp_of(hp_recorded_text(release, "/change"));
    facts->strategy = hp_of(hp_recorded_text(release, "/strategy"));
    const char *previous = hp_json_text(hp_json_at(release, "/previous-version"));
    const char *artifact = hp_json_text(hp_json_at(release, "/artifact"));
    const char *revision = hp_json_text(hp_json_at(release, "/revision"));
    facts->previous_version = (hp_maybe_text){previous != NULL, hp_of(previous)};
    facts->artifact = (hp_maybe_text){artifact != NULL, hp_of(artifact)};
    facts->revision = (hp_maybe_text){revision != NULL, hp_of(revision)};
}

const hp_result *hp_fixture_check(const hp_fixture *fixture, const hp_check *check) {
    hp_call *call = hp_world_call(hp_fixture_settings(fixture));
    const hp_json *release = hp_json_at(fixture->recorded, "/release");
    if (release) {
        hp_recorded_release(release, &call->release);
    }
    if (hp_number_at(fixture->recorded, "/attempt") > 0) {
        call->attempt = (uint32_t)hp_number_at(fixture->recorded, "/attempt");
    }
    return hp_run(check, call);
}

const char *hp_outcome_word(hp_outcome outcome) {
    static const char *const words[] = {"pass", "warn", "fail", "inconclusive"};
    return outcome < 4 ? words[outcome] : "unknown";
}
