/* The fake host: routes, what was asked of them, the log, and a clock that stands still. */
#include "../holdpoint_fake.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *method, *url;
    hp_reply **replies;
    size_t count, given;
} hp_route;

static struct {
    hp_route *routes;
    size_t route_count;
    hp_pairs bindings;
    const hp_request **requests;
    size_t request_count;
    const char **lines;
    size_t line_count;
    uint64_t began, passed;
} hp_world;

void hp_world_new(void) {
    memset(&hp_world, 0, sizeof hp_world);
    hp_world.began = HP_BEGINNING;
}

void hp_world_begin(uint64_t moment) {
    hp_world.began = moment;
}

void hp_world_pass(uint64_t microseconds) {
    hp_world.passed += microseconds;
}

void hp_world_bind(const char *endpoint, const char *url) {
    size_t size = strlen(url);
    hp_add(&hp_world.bindings, endpoint, hp_copy(url, size && url[size - 1] == '/' ? size - 1 : size).at);
}

/* The absolute form of a URL that may begin with endpoint: */
static const char *hp_absolute(const char *url) {
    if (strncmp(url, "endpoint:", 9) != 0) {
        return url;
    }
    size_t size = strcspn(url + 9, "/?");
    const char *name = hp_copy(url + 9, size).at, *path = url + 9 + size, *base = hp_value(hp_world.bindings, name);
    return base ? hp_format("%s%s", base, path) : hp_format("https://%s.test%s", name, path);
}

static hp_route *hp_route_of(const char *method, const char *url) {
    for (size_t index = 0; index < hp_world.route_count; index++) {
        hp_route *route = &hp_world.routes[index];
        if (strcmp(route->method, method) == 0 && strcmp(route->url, url) == 0) {
            return route;
        }
    }
    return NULL;
}

void hp_world_on(const char *method, const char *url, hp_reply *reply) {
    const char *absolute = hp_absolute(url);
    hp_route *route = hp_route_of(method, absolute);
    if (!route) {
        hp_world.routes = hp_grown(hp_world.routes, hp_world.route_count, sizeof *hp_world.routes);
        route = &hp_world.routes[hp_world.route_count++];
        *route = (hp_route){method, absolute, NULL, 0, 0};
    }
    route->replies = hp_grown(route->replies, route->count, sizeof *route->replies);
    route->replies[route->count++] = reply;
}

hp_call *hp_world_call(const char *settings) {
    hp_call *call = hp_allocate(sizeof *call);
    hp_maybe_text none = {false, {"", 0}};
    call->settings = hp_of(settings);
    call->release = (hp_release_facts){.service = hp_of("shop"), .environment = hp_of("test"), .version = hp_of("2.0.0"),
        .previous_version = {true, hp_of("1.9.0")}, .artifact = none, .revision = none, .change = hp_of("feature"),
        .strategy = hp_of("rolling")};
    call->name = hp_of("under-test");
    call->attempt = 1;
    call->deadline_ms = 10000;
    return call;
}

const hp_result *hp_world_check(const hp_check *check, const char *settings) {
    return hp_run(check, hp_world_call(settings));
}

size_t hp_world_requests(void) {
    return hp_world.request_count;
}

const hp_request *hp_world_request(size_t index) {
    hp_assert(index < hp_world.request_count);
    return hp_world.requests[index];
}

size_t hp_world_lines(void) {
    return hp_world.line_count;
}

const char *hp_world_line(size_t index) {
    hp_assert(index < hp_world.line_count);
    return hp_world.lines[index];
}

static hp_reply *hp_reply_new(uint64_t microseconds) {
    hp_reply *reply = hp_allocate(sizeof *reply);
    reply->as.answer.timings.total = microseconds;
    return reply;
}

hp_reply *hp_reply_status(uint16_t status) {
    hp_reply *reply = hp_reply_new(5000);
    hp_answer *answer = &reply->as.answer;
    answer->status = status;
    answer->body = hp_of("");
    answer->address = (hp_maybe_text){true, hp_of("192.0.2.1:443")};
    answer->protocol = hp_of("HTTP/1.1");
    return reply;
}

hp_reply *hp_reply_error(uint8_t kind, const char *text) {
    hp_reply *reply = hp_allocate(sizeof *reply);
    reply->failed = true;
    reply->as.error = (hp_error){kind, hp_of(text)};
    return reply;
}

hp_reply *hp_reply_header(hp_reply *reply, const char *name, const char *value) {
    hp_add(&reply->as.answer.headers, name, value);
    return reply;
}

hp_reply *hp_reply_text(hp_reply *reply, const char *body) {
    reply->as.answer.body = hp_of(body);
    return reply;
}

hp_reply *hp_reply_after(hp_reply *reply, uint64_t microseconds) {
    reply->as.answer.timings.total = microseconds;
    return reply;
}

/* What the plugin gets, under the limits that it set itself. */
static const hp_reply *hp_limited(const hp_reply *arranged, const hp_request *request, const char *url) {
    uint64_t took = arranged->failed ? 5000 : arranged->as.answer.timings.total;
    hp_world_pass(took);
    if (request->timeout_ms.there && took > (uint64_t)request->timeout_ms.value * 1000) {
        return hp_reply_error(HP_HTTP_TIMEOUT, hp_format("after %u ms", (unsigned)request->timeout_ms.value));
    }
    hp_reply *reply = hp_allocate(sizeof *reply);
    *reply = *arranged;
    if (!reply->failed) {
        hp_answer *answer = &reply->as.answer;
        answer->url = hp_of(url);
        answer->timings.first_byte = took;
        if (request->max_body.there && answer->body.size > request->max_body.value) {
            answer->body = hp_copy(answer->body.at, (size_t)request->max_body.value);
            answer->truncated = true;
        }
    }
    return reply;
}

const hp_reply *hp_send(const hp_request *request) {
    hp_request *sent = hp_allocate(sizeof *sent);
    *sent = *request;
    hp_world.requests = hp_grown(hp_world.requests, hp_world.request_count, sizeof *hp_world.requests);
    hp_world.requests[hp_world.request_count++] = sent;
    const char *url = hp_absolute(request->url.at);
    hp_route *route = hp_route_of(request->method.at, url);
    if (!route) {
        const char *told = hp_format("the test has arranged nothing for %s %s", request->method.at, request->url.at);
        return hp_limited(hp_reply_error(HP_HTTP_DENIED, told), request, url);
    }
    const hp_reply *reply = route->replies[route->given];
    route->given += route->given + 1 < route->count;
    return hp_limited(reply, request, url);
}

hp_replies hp_send_all(hp_request *const *requests, size_t count) {
    hp_replies replies = {hp_allocate(count * sizeof(hp_reply)), count};
    for (size_t index = 0; index < count; index++) {
        replies.at[index] = *hp_send(requests[index]);
    }
    return replies;
}

static hp_error hp_nothing(const char *operation, const char *target) {
    const char *told = hp_format("the test has arranged nothing for %s %s", operation, target);
    return (hp_error){HP_HTTP_DENIED, hp_of(told)};
}

const hp_resolved *hp_resolve(const char *endpoint) {
    hp_resolved *result = hp_allocate(sizeof *result);
    result->failed = true;
    result->as.error = hp_nothing("resolve", endpoint);
    return result;
}

const hp_connected *hp_connect(const char *endpoint, hp_maybe_u32 timeout_ms) {
    (void)timeout_ms;
    hp_connected *result = hp_allocate(sizeof *result);
    result->failed = true;
    result->as.error = hp_nothing("connect", endpoint);
    return result;
}

const hp_inspected *hp_inspect_tls(const char *endpoint, hp_maybe_u32 timeout_ms) {
    (void)timeout_ms;
    hp_inspected *result = hp_allocate(sizeof *result);
    result->failed = true;
    result->as.error = hp_nothing("inspect-tls", endpoint);
    return result;
}

const hp_transacted *hp_transact(const hp_exchange *exchange) {
    hp_transacted *result = hp_allocate(sizeof *result);
    result->failed = true;
    result->as.error = hp_nothing("transact", exchange->target.at);
    return result;
}

void hp_log_text(hp_severity severity, hp_text message) {
    (void)severity;
    hp_world.lines = hp_grown(hp_world.lines, hp_world.line_count, sizeof *hp_world.lines);
    hp_world.lines[hp_world.line_count++] = hp_copy(message.at, message.size).at;
}

void hp_log(hp_severity severity, const char *message) {
    hp_log_text(severity, hp_of(message));
}

uint64_t hp_now(void) {
    return hp_world.began + hp_world.passed / 1000;
}

uint64_t hp_monotonic(void) {
    return hp_world.passed * 1000;
}

void hp_sleep(uint32_t milliseconds) {
    hp_world_pass((uint64_t)milliseconds * 1000);
}
