/* The host's imports as they are in the sandbox, and the memory that the host asks for.
 *
 * The records of holdpoint.h lie in memory as the component model says; these are the sizes that it gives them. */
#include "../holdpoint.h"

_Static_assert(sizeof(hp_call) == 120 && _Alignof(hp_call) == 8, "call");
_Static_assert(sizeof(hp_finding) == 52 && sizeof(hp_measurement) == 56, "finding, measurement");
_Static_assert(sizeof(hp_said) == 36 && sizeof(hp_result) == 40, "verdict");
_Static_assert(sizeof(hp_request) == 72 && sizeof(hp_answer) == 184 && sizeof(hp_reply) == 192, "request, answer");
_Static_assert(sizeof(hp_connection) == 32 && sizeof(hp_tls_facts) == 112 && sizeof(hp_received) == 56, "net");
_Static_assert(sizeof(hp_step) == 32 && sizeof(hp_problem_facts) == 28, "step, problem");

#define HP_IMPORT(interface, name) \
    __attribute__((import_module("holdpoint:plugin/" interface "@0.1.0"), import_name(name)))

HP_IMPORT("http", "send")
extern void hp_import_send(const char *method, size_t method_size, const char *url, size_t url_size, const hp_pair *headers,
    size_t header_count, int32_t has_body, const char *body, size_t body_size, int32_t has_timeout, uint32_t timeout,
    int32_t has_max_body, uint64_t max_body, const hp_pair *labels, size_t label_count, hp_reply *reply);
HP_IMPORT("http", "send-all")
extern void hp_import_send_all(const hp_request *requests, size_t count, hp_replies *replies);
HP_IMPORT("net", "resolve")
extern void hp_import_resolve(const char *target, size_t size, hp_resolved *result);
HP_IMPORT("net", "connect")
extern void hp_import_connect(const char *target, size_t size, int32_t has_timeout, uint32_t timeout, hp_connected *result);
HP_IMPORT("net", "inspect-tls")
extern void hp_import_inspect(const char *target, size_t size, int32_t has_timeout, uint32_t timeout, hp_inspected *result);
HP_IMPORT("net", "transact")
extern void hp_import_transact(const char *target, size_t size, int32_t secured, int32_t has_send, const char *send,
    size_t send_size, int32_t has_until, const char *until, size_t until_size, uint32_t max_bytes, int32_t has_timeout,
    uint32_t timeout, const hp_pair *labels, size_t label_count, hp_transacted *result);
HP_IMPORT("log", "write") extern void hp_import_log(uint32_t severity, const char *message, size_t size);
HP_IMPORT("clock", "now") extern uint64_t hp_import_now(void);
HP_IMPORT("clock", "monotonic") extern uint64_t hp_import_monotonic(void);
HP_IMPORT("clock", "sleep") extern void hp_import_sleep(uint32_t milliseconds);

/* Gives the host memory for what it hands over: zeroed, with a zero behind it, so that every text is a C string. */
__attribute__((export_name("cabi_realloc"))) void *hp_realloc(void *old, size_t old_size, size_t align, size_t size);
void *hp_realloc(void *old, size_t old_size, size_t align, size_t size) {
    (void)align;
    /* Nothing is ever moved. While the host hands over memory the log can't be called, so this ends without a word. */
    void *taken = old || old_size ? NULL : hp_taken(size);
    if (!taken) {
        __builtin_trap();
    }
    return taken;
}

const hp_reply *hp_send(const hp_request *r) {
    hp_reply *reply = hp_allocate(sizeof *reply);
    hp_import_send(r->method.at, r->method.size, r->url.at, r->url.size, r->headers.at, r->headers.count, r->body.there,
        r->body.bytes.at, r->body.bytes.size, r->timeout_ms.there, r->timeout_ms.value, r->max_body.there, r->max_body.value,
        r->labels.at, r->labels.count, reply);
    return reply;
}

hp_replies hp_send_all(hp_request *const *requests, size_t count) {
    hp_request *side_by_side = hp_allocate(count * sizeof *side_by_side);
    for (size_t index = 0; index < count; index++) {
        side_by_side[index] = *requests[index];
    }
    hp_replies replies = {0};
    hp_import_send_all(side_by_side, count, &replies);
    return replies;
}

const hp_resolved *hp_resolve(const char *endpoint) {
    hp_resolved *result = hp_allocate(sizeof *result);
    hp_import_resolve(endpoint, hp_of(endpoint).size, result);
    return result;
}

const hp_connected *hp_connect(const char *endpoint, hp_maybe_u32 timeout_ms) {
    hp_connected *result = hp_allocate(sizeof *result);
    hp_import_connect(endpoint, hp_of(endpoint).size, timeout_ms.there, timeout_ms.value, result);
    return result;
}

const hp_inspected *hp_inspect_tls(const char *endpoint, hp_maybe_u32 timeout_ms) {
    hp_inspected *result = hp_allocate(sizeof *result);
    hp_import_inspect(endpoint, hp_of(endpoint).size, timeout_ms.there, timeout_ms.value, result);
    return result;
}

const hp_transacted *hp_transact(const hp_exchange *e) {
    hp_transacted *result = hp_allocate(sizeof *result);
    hp_import_transact(e->target.at, e->target.size, e->secured, e->send.there, e->send.bytes.at, e->send.bytes.size,
        e->until.there, e->until.bytes.at, e->until.bytes.size, e->max_bytes, e->timeout_ms.there, e->timeout_ms.value,
        e->labels.at, e->labels.count, result);
    return result;
}

void hp_log_text(hp_severity severity, hp_text message) {
    hp_import_log(severity, message.at, message.size);
}

void hp_log(hp_severity severity, const char *message) {
    hp_log_text(severity, hp_of(message));
}

uint64_t hp_now(void) {
    return hp_import_now();
}

uint64_t hp_monotonic(void) {
    return hp_import_monotonic();
}

void hp_sleep(uint32_t milliseconds) {
    hp_import_sleep(milliseconds);
}
