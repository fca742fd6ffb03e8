/* Requests: what is built of the settings, and what came back, told field by field. */
#include "conformance.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void build_body(hp_request *request, const request_setting *setting) {
    if (setting->body) {
        hp_body(request, setting->body->text.at, setting->body->text.size);
    }
    if (setting->body_hex) {
        size_t size = setting->body_hex->text.size / 2;
        char *bytes = hp_allocate(size);
        for (size_t index = 0; index < size; index++) {
            char pair[3] = {setting->body_hex->text.at[index * 2], setting->body_hex->text.at[index * 2 + 1], 0};
            bytes[index] = (char)strtoul(pair, NULL, 16);
        }
        hp_body(request, bytes, size);
    }
    if (setting->json) {
        hp_json_body(request, hp_json_write(setting->json));
    }
}

static int by_name(const void *one, const void *other) {
    return strcmp((*(hp_json *const *)one)->key.at, (*(hp_json *const *)other)->key.at);
}

static void build_form(hp_request *request, const hp_json *form) {
    if (form) {
        qsort(form->items, form->count, sizeof *form->items, by_name);
    }
    for (size_t index = 0; form && index < form->count; index++) {
        hp_field(request, form->items[index]->key.at, text_of(form->items[index]).at);
    }
}

static hp_request *build(const request_setting *setting) {
    hp_request *request = hp_request_new(setting->method, setting->url);
    hp_pairs query = pairs_of(setting->query), headers = pairs_of(setting->headers);
    for (size_t index = 0; index < query.count; index++) {
        hp_query(request, query.at[index].name.at, query.at[index].value.at);
    }
    for (size_t index = 0; index < headers.count; index++) {
        hp_header(request, headers.at[index].name.at, headers.at[index].value.at);
    }
    build_body(request, setting);
    build_form(request, setting->form);
    request->timeout_ms = setting->timeout_ms;
    request->max_body = setting->max_body;
    return request;
}

/* Whether these bytes are UTF-8. */
static bool is_text(hp_text bytes) {
    for (size_t at = 0; at < bytes.size;) {
        const unsigned char *b = (const unsigned char *)bytes.at + at;
        size_t left = bytes.size - at, size = b[0] < 0x80 ? 1 : b[0] < 0xC2 ? 0 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : b[0] < 0xF5 ? 4 : 0;
        if (size == 0 || size > left) {
            return false;
        }
        for (size_t next = 1; next < size; next++) {
            if ((b[next] & 0xC0) != 0x80) {
                return false;
            }
        }
        if ((b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xED && b[1] > 0x9F) || (b[0] == 0xF0 && b[1] < 0x90) ||
            (b[0] == 0xF4 && b[1] > 0x8F)) {
            return false;
        }
        at += size;
    }
    return true;
}

static const char *pointed(const hp_answer *answer, const char *pointer) {
    const hp_json *whole = answer->truncated ? NULL : hp_json_read(answer->body, NULL);
    const hp_json *found = hp_json_at(whole, pointer);
    if (!whole || !found) {
        return whole ? "missing" : "malformed";
    }
    return found->kind == HP_JSON_TEXT ? found->text.at : hp_json_write(found);
}

static const char *headers_of(const hp_answer *answer, const char *name) {
    const char *joined = "";
    for (size_t index = 0; index < answer->headers.count; index++) {
        const hp_pair *header = &answer->headers.at[index];
        if (strcasecmp(header->name.at, name) == 0) {
            joined = hp_format("%s%s%s", joined, *joined ? " | " : "", header->value.at);
        }
    }
    return joined;
}

static void tell_answer(hp_finding *note, const request_setting *request, const hp_answer *answer) {
    unsigned long long sum = 0;
    const char *hex = "";
    for (size_t index = 0; index < answer->body.size; index++) {
        unsigned char byte = (unsigned char)answer->body.at[index];
        sum += byte;
        hex = index < 16 ? hp_format("%s%02x", hex, byte) : hex;
    }
    note->message = hp_of(hp_format("answered %u", (unsigned)answer->status));
    if (is_text(answer->body)) {
        note->observed = (hp_maybe_text){true, hp_excerpt(answer->body)};
    }
    hp_add(&note->labels, "bytes", hp_format("%zu", answer->body.size));
    hp_add(&note->labels, "sum", hp_format("%llu", sum));
    hp_add(&note->labels, "hex", hex);
    hp_add(&note->labels, "truncated", answer->truncated ? "yes" : "no");
    hp_add(&note->labels, "url", answer->url.at);
    hp_add(&note->labels, "protocol", answer->protocol.at);
    if (request->read_header) {
        hp_add(&note->labels, "header", headers_of(answer, request->read_header));
    }
    if (request->pointer) {
        hp_add(&note->labels, "at", pointed(answer, request->pointer));
    }
}

static void tell_error(hp_finding *note, const hp_error *error) {
    static const char *const words[] = {
        "denied", "invalid-request", "dns", "connect", "tls", "timeout", "protocol", "limit"};
    note->message = hp_of("was not answered");
    note->observed = (hp_maybe_text){true, error->text};
    hp_add(&note->labels, "error", words[error->kind]);
}

hp_result send_each(const settings *settings) {
    size_t count = settings->request_count, answered = 0;
    hp_request **requests = hp_allocate(count * sizeof *requests);
    for (size_t index = 0; index < count; index++) {
        requests[index] = build(&settings->requests[index]);
    }
    hp_replies all = settings->together ? hp_send_all(requests, count) : (hp_replies){NULL, 0};
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    for (size_t index = 0; index < count; index++) {
        const request_setting *request = &settings->requests[index];
        const hp_reply *reply = settings->together ? &all.at[index] : hp_send(requests[index]);
        hp_finding *note = hp_finding_add(findings, HP_LEVEL_NOTE, hp_format("%s %s", request->method, request->url), "");
        if (reply->failed) {
            tell_error(note, &reply->as.error);
        } else {
            answered++;
            tell_answer(note, request, &reply->as.answer);
            hp_measure(findings, "total", hp_total_ms(&reply->as.answer), "ms");
        }
    }
    return hp_verdict(findings, hp_format("%zu of %zu answered", answered, count));
}

hp_result need(const char *url) {
    hp_findings *findings = hp_findings_new();
    const hp_answer *answer = hp_need_answer(findings, hp_get(url));
    if (answer) {
        hp_expect_integer(findings, "status", 200, answer->status);
    }
    return hp_verdict(findings, "what was needed is there");
}

hp_result answer(const char *url) {
    hp_findings *findings = hp_findings_new();
    const hp_answer *answer = hp_expect_answer(findings, hp_format("GET %s", url), hp_get(url));
    if (answer) {
        hp_expect_integer(findings, "status", 200, answer->status);
    }
    return hp_verdict(findings, "it answers");
}

static void tell_operation(hp_findings *findings, const char *operation, const char *target, const hp_error *error) {
    hp_finding *note = hp_finding_add(findings, HP_LEVEL_NOTE, hp_format("%s %s", operation, target), "was reached");
    if (error) {
        tell_error(note, error);
    }
}

hp_result below_http(const char *target) {
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    hp_maybe_u32 none = {false, 0};
    hp_exchange exchange = {.target = hp_of(target), .send = {true, hp_of("PING\r\n")}, .max_bytes = 64};
    const hp_resolved *resolved = hp_resolve(target);
    tell_operation(findings, "resolve", target, resolved->failed ? &resolved->as.error : NULL);
    const hp_connected *connected = hp_connect(target, none);
    tell_operation(findings, "connect", target, connected->failed ? &connected->as.error : NULL);
    const hp_inspected *inspected = hp_inspect_tls(target, none);
    tell_operation(findings, "inspect-tls", target, inspected->failed ? &inspected->as.error : NULL);
    const hp_transacted *transacted = hp_transact(&exchange);
    tell_operation(findings, "transact", target, transacted->failed ? &transacted->as.error : NULL);
    return hp_verdict(findings, "all four were tried");
}
