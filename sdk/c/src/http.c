/* HTTP: how requests are built and answers are read. */
#include "../holdpoint.h"

#include <stdio.h>
#include <string.h>

hp_request *hp_request_new(const char *method, const char *url) {
    hp_request *request = hp_allocate(sizeof *request);
    request->method = hp_copy(method, strlen(method));
    request->url = hp_copy(url, strlen(url));
    return request;
}

void hp_header(hp_request *request, const char *name, const char *value) {
    hp_add_text(&request->headers, hp_copy(name, strlen(name)), hp_copy(value, strlen(value)));
}

/* Percent-encodes, but leaves placeholders for secrets alone: the host would not find encoded ones. */
static const char *hp_encoded(const char *text, const char *space) {
    static const char opening[] = "{{secret:", closing[] = "}}";
    char *encoded = hp_allocate(strlen(text) * 3), *out = encoded;
    while (*text) {
        const char *close = strncmp(text, opening, strlen(opening)) == 0 ? strstr(text, closing) : NULL;
        unsigned char letter = (unsigned char)*text;
        if (close) {
            size_t size = (size_t)(close - text) + strlen(closing);
            memcpy(out, text, size);
            out += size;
            text += size;
            continue;
        }
        bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        if (plain || strchr("-._~", letter)) {
            *out++ = (char)letter;
        } else if (letter == ' ') {
            size_t size = strlen(space);
            memcpy(out, space, size);
            out += size;
        } else {
            out += snprintf(out, 4, "%%%02X", letter);
        }
        text++;
    }
    return encoded;
}

void hp_query(hp_request *request, const char *name, const char *value) {
    const char *url = request->url.at, *mark = strchr(url, '?') ? "&" : "?";
    request->url = hp_of(hp_format("%s%s%s=%s", url, mark, hp_encoded(name, "%20"), hp_encoded(value, "%20")));
}

void hp_body(hp_request *request, const void *bytes, size_t size) {
    request->body.there = true;
    request->body.bytes = hp_copy(bytes, size);
}

void hp_json_body(hp_request *request, const char *json) {
    hp_body(request, json, strlen(json));
    hp_header(request, "content-type", "application/json");
}

void hp_field(hp_request *request, const char *name, const char *value) {
    const char *field = hp_format("%s=%s", hp_encoded(name, "+"), hp_encoded(value, "+"));
    if (request->body.there) {
        field = hp_format("%s&%s", request->body.bytes.at, field);
    } else {
        hp_header(request, "content-type", "application/x-www-form-urlencoded");
    }
    hp_body(request, field, strlen(field));
}

void hp_timeout(hp_request *request, uint32_t milliseconds) {
    request->timeout_ms = (hp_maybe_u32){true, milliseconds};
}

void hp_max_body(hp_request *request, uint64_t bytes) {
    request->max_body = (hp_maybe_u64){true, bytes};
}

const hp_reply *hp_get(const char *url) {
    return hp_send(hp_request_new("GET", url));
}

const char *hp_error_words(const hp_error *error) {
    static const char *const words[] = {"denied", "the request is not well-formed", "the name could not be resolved",
        "no connection", "no TLS connection", "no answer in time", "the answer was not well-formed",
        "a limit of the call was reached"};
    size_t known = error->kind < sizeof words / sizeof *words ? error->kind : 0;
    return hp_format("%s: %s", words[known], error->text.at);
}

double hp_total_ms(const hp_answer *answer) {
    return (double)answer->timings.total / 1000;
}

double hp_days_left(const hp_certificate *certificate, uint64_t now) {
    return ((double)certificate->not_after - (double)(now / 1000)) / 86400;
}

const char *hp_below(const char *endpoint, const char *path) {
    return hp_format("%s/%s", endpoint, path + strspn(path, "/"));
}
