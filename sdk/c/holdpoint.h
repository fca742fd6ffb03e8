/* Write Holdpoint checks, rollbacks and rollouts in C.
 *
 * A check is a struct of settings, a function that reads them, one that looks, and HP_CHECK to make a plugin of them:
 *
 *     typedef struct { const char *url; double max_latency; } settings;
 *
 *     static void read_settings(hp_settings *in, settings *out) {
 *         out->url = hp_settings_target(in, "url");
 *         out->max_latency = hp_settings_number(in, "max-latency");
 *     }
 *
 *     static hp_result look(const settings *settings, const hp_call *call) {
 *         hp_findings *findings = hp_findings_new();
 *         const hp_answer *answer = hp_expect_answer(findings, settings->url, hp_get(settings->url));
 *         if (answer) {
 *             hp_expect_integer(findings, "status", 200, answer->status);
 *             hp_expect_at_most(findings, "latency", settings->max_latency, hp_total_ms(answer), "ms");
 *         }
 *         return hp_verdict(findings, hp_format("%s is healthy", call->release.service.at));
 *     }
 *
 *     HP_CHECK(settings, read_settings, look)
 *
 * Memory: everything lives until the call is over, and nothing is freed before; a test ends with hp_release().
 * The records lie in memory as the component model wants them, so a pointer to one is all that crosses the border.
 */
#ifndef HOLDPOINT_H
#define HOLDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Texts ------------------------------------------------------------------------------------------------------- */

/* UTF-8. Whatever the SDK hands out has a zero byte behind it, so that `at` is a C string unless zeros stand inside. */
typedef struct {
    const char *at;
    size_t size;
} hp_text;

/* A text that may be absent. */
typedef struct {
    bool there;
    hp_text text;
} hp_maybe_text;

/* A number that may be absent. */
typedef struct {
    bool there;
    uint32_t value;
} hp_maybe_u32;

/* A number that may be absent. */
typedef struct {
    bool there;
    uint64_t value;
} hp_maybe_u64;

/* A name and its value. */
typedef struct {
    hp_text name;
    hp_text value;
} hp_pair;

/* Pairs in their order: headers, or free facts, the place for all that a record has no field for. */
typedef struct {
    hp_pair *at;
    size_t count;
} hp_pairs;

/* A list of texts. */
typedef struct {
    hp_text *at;
    size_t count;
} hp_texts;

/* A C string as a text; the bytes are not copied. */
hp_text hp_of(const char *text);
/* So many bytes as a text; they are copied. */
hp_text hp_copy(const void *bytes, size_t size);
/* Text as printf writes it. */
const char *hp_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A number in plain decimal digits, as few as tell it from every other. */
const char *hp_digits(double number);
/* A text as JSON writes it, with its quotes. */
const char *hp_quoted(const char *text);
/* The beginning of a text and, if there is more, how long it is. */
hp_text hp_excerpt(hp_text text);
/* Adds a pair. */
void hp_add(hp_pairs *pairs, const char *name, const char *value);
/* The value of the first pair of this name, in any case; NULL when there is none. */
const char *hp_value(hp_pairs pairs, const char *name);
/* Zeroed memory that lives until the call is over. */
void *hp_allocate(size_t size);
/* Frees all. For tests. */
void hp_release(void);

/* Stops the call with a message and its place, which the log shows. */
#define hp_panic(message) hp_panic_at(__FILE__, __LINE__, __func__, (message))
/* Stops the call when what must be so is not. */
#define hp_assert(condition) ((condition) ? (void)0 : hp_panic("assertion failed: " #condition))
_Noreturn void hp_panic_at(const char *file, int line, const char *function, const char *message);

/* --- Calls ------------------------------------------------------------------------------------------------------- */

/* What was deployed, as the plan and the run's facts state it. */
typedef struct {
    hp_text service, environment, version;
    /* The version that ran before, the artifact as a package URL with a digest, the source revision: if known. */
    hp_maybe_text previous_version, artifact, revision;
    /* bugfix, feature, migration or infrastructure; rolling, blue-green, canary or recreate. */
    hp_text change, strategy;
    hp_pairs labels;
} hp_release_facts;

/* The circumstances of one call. */
typedef struct {
    /* The settings from the plan, as one JSON object. */
    hp_text settings;
    hp_release_facts release;
    /* The name of the check, or of the rollback plugin, in the plan. */
    hp_text name;
    /* Which attempt this is, from 1. */
    uint32_t attempt;
    /* How many milliseconds the call may take before the host ends it. */
    uint64_t deadline_ms;
    hp_pairs labels;
} hp_call;

/* Whether this call samples a signal: the plan's rules judge what it measures. */
bool hp_is_signal(const hp_call *call);

/* --- Verdicts ---------------------------------------------------------------------------------------------------- */

/* What a check found. Only pass and warn let a run go forward. */
typedef uint8_t hp_outcome;
enum { HP_PASS, HP_WARN, HP_FAIL, HP_INCONCLUSIVE };

/* How a finding bears on the verdict. */
typedef uint8_t hp_level;
enum { HP_LEVEL_NOTE, HP_LEVEL_WARN, HP_LEVEL_FAIL };

/* One observation that explains a verdict. */
typedef struct {
    hp_level level;
    /* What was looked at, and what was found: the message goes on where the subject ends. */
    hp_text subject, message;
    /* What should have been there and what was, if that can be said. */
    hp_maybe_text expected, observed;
    hp_pairs labels;
} hp_finding;

/* A number, or why there is none; only data can breach or pass. */
typedef struct {
    uint8_t kind;
    double number;
} hp_sample;
enum {
    HP_DATA, HP_NO_DATA, HP_NOT_A_NUMBER, HP_NOT_FINITE, HP_AMBIGUOUS, HP_WRONG_TYPE, HP_PROVIDER_DOWN
};

/* One measured quantity. */
typedef struct {
    hp_text name;
    hp_sample sample;
    /* ms, s, bytes, ratio, 1. */
    hp_text unit;
    /* When the provider took it, in milliseconds since the Unix epoch, if it says so. */
    hp_maybe_u64 taken_at;
    hp_pairs labels;
} hp_measurement;

/* What a check says. */
typedef struct {
    hp_outcome outcome;
    hp_text summary;
    struct { hp_finding *at; size_t count; } findings;
    struct { hp_measurement *at; size_t count; } measurements;
    hp_pairs labels;
} hp_said;

/* Why a plugin could not do what it was asked to. None is ever a pass. */
typedef struct {
    uint8_t kind;
    hp_text message;
} hp_failure;
enum { HP_BAD_SETTINGS, HP_UNAVAILABLE, HP_DENIED, HP_INTERNAL };

/* What a check comes back with. */
typedef struct {
    bool failed;
    union { hp_said verdict; hp_failure failure; } as;
} hp_result;

/* A failure of this kind. */
hp_result hp_fails(uint8_t kind, const char *message);

/* --- HTTP -------------------------------------------------------------------------------------------------------- */

/* One request. No redirect is followed and no cookie kept: each stands alone. */
typedef struct {
    hp_text method, url;
    hp_pairs headers;
    struct { bool there; hp_text bytes; } body;
    /* How many milliseconds the whole may take, and the largest body to read in bytes. */
    hp_maybe_u32 timeout_ms;
    hp_maybe_u64 max_body;
    hp_pairs labels;
} hp_request;

/* What the server's certificate says; times in seconds since the Unix epoch. */
typedef struct {
    hp_text subject, issuer;
    hp_texts names;
    int64_t not_before, not_after;
    hp_text fingerprint;
} hp_certificate;

/* One answer; times in microseconds. */
typedef struct {
    uint16_t status;
    hp_pairs headers;
    hp_text body;
    /* Whether the body was longer than the limit and has been cut. */
    bool truncated;
    hp_text url;
    hp_maybe_text address;
    hp_text protocol;
    struct { hp_maybe_u64 resolve, connect, tls; uint64_t first_byte, total; } timings;
    struct { bool there; hp_certificate facts; } certificate;
    hp_pairs labels;
} hp_answer;

/* Why there is no answer. */
typedef struct {
    uint8_t kind;
    hp_text text;
} hp_error;
enum {
    HP_HTTP_DENIED, HP_HTTP_INVALID_REQUEST, HP_HTTP_DNS, HP_HTTP_CONNECT, HP_HTTP_TLS, HP_HTTP_TIMEOUT, HP_HTTP_PROTOCOL,
    HP_HTTP_LIMIT
};

/* An answer, or why there is none. */
typedef struct {
    bool failed;
    union { hp_answer answer; hp_error error; } as;
} hp_reply;

/* Replies in the order of their requests. */
typedef struct {
    hp_reply *at;
    size_t count;
} hp_replies;

/* Begins a request. The URL is endpoint:NAME/path or an absolute one within a granted endpoint. */
hp_request *hp_request_new(const char *method, const char *url);
/* Adds a header; a query parameter. Placeholders for secrets are left as they are. */
void hp_header(hp_request *request, const char *name, const char *value);
void hp_query(hp_request *request, const char *name, const char *value);
/* Sets the body; sets it to JSON and says so; adds a field of an HTML form and says so. */
void hp_body(hp_request *request, const void *bytes, size_t size);
void hp_json_body(hp_request *request, const char *json);
void hp_field(hp_request *request, const char *name, const char *value);
/* Limits: the time for the whole; the most of the body to read. */
void hp_timeout(hp_request *request, uint32_t milliseconds);
void hp_max_body(hp_request *request, uint64_t bytes);

/* Sends a request and waits. Any status is an answer. */
const hp_reply *hp_send(const hp_request *request);
/* Sends a GET request. */
const hp_reply *hp_get(const char *url);
/* Sends several side by side and waits for all. */
hp_replies hp_send_all(hp_request *const *requests, size_t count);
/* The error in words. */
const char *hp_error_words(const hp_error *error);
/* How long the whole took, in milliseconds. */
double hp_total_ms(const hp_answer *answer);
/* For how many days a certificate is still good; negative when it has ended. */
double hp_days_left(const hp_certificate *certificate, uint64_t now);
/* A path on an endpoint. */
const char *hp_below(const char *endpoint, const char *path);

/* --- JSON -------------------------------------------------------------------------------------------------------- */

typedef uint8_t hp_json_kind;
enum { HP_JSON_NULL, HP_JSON_FALSE, HP_JSON_TRUE, HP_JSON_NUMBER, HP_JSON_TEXT, HP_JSON_LIST, HP_JSON_OBJECT };

/* One value. A list has `count` values, an object as many with a key each. */
typedef struct hp_json {
    hp_json_kind kind;
    double number;
    hp_text text;
    hp_text key;
    size_t count;
    struct hp_json **items;
} hp_json;

/* Reads JSON; NULL with the reason when it is none. */
const hp_json *hp_json_read(hp_text text, const char **why);
/* What a JSON pointer finds; NULL when it finds nothing, or there is nothing to look into. */
const hp_json *hp_json_at(const hp_json *value, const char *pointer);
/* The text of a value; NULL when it is none. */
const char *hp_json_text(const hp_json *value);
/* The value as compact JSON. */
const char *hp_json_write(const hp_json *value);
/* Whether two values are the same, numbers by what they stand for. NULL equals only NULL. */
bool hp_json_same(const hp_json *one, const hp_json *other);

/* --- Findings ---------------------------------------------------------------------------------------------------- */

/* Expectations that explain themselves, and the verdict that follows from them. */
typedef struct hp_findings hp_findings;

hp_findings *hp_findings_new(void);
/* Expects two values to be the same. A text that is NULL is the same as none. */
void hp_expect_text(hp_findings *findings, const char *subject, const char *expected, const char *observed);
void hp_expect_integer(hp_findings *findings, const char *subject, int64_t expected, int64_t observed);
void hp_expect_number(hp_findings *findings, const char *subject, double expected, double observed);
void hp_expect_json(hp_findings *findings, const char *subject, const hp_json *expected, const hp_json *observed);
/* Expects a value to be one of several. */
void hp_expect_one_of(hp_findings *findings, const char *subject, const hp_json *allowed, const hp_json *observed);
/* Expects a number to be within a limit. A number that is not one is within none. */
void hp_expect_at_most(hp_findings *findings, const char *subject, double limit, double observed, const char *unit);
void hp_expect_at_least(hp_findings *findings, const char *subject, double limit, double observed, const char *unit);
/* Expects a text to contain another. */
void hp_expect_contains(hp_findings *findings, const char *subject, const char *wanted, const char *observed);
/* Expects something to be there, and says whether it is. */
bool hp_expect_there(hp_findings *findings, const char *subject, bool there);
/* Expects the target to answer: silence is a failing finding, what can't be understood makes the verdict inconclusive, and
 * a denial is kept, to be what hp_verdict returns. NULL when there is no answer. */
const hp_answer *hp_expect_answer(hp_findings *findings, const char *subject, const hp_reply *reply);
/* Needs an answer: without one the failure is kept, to be what hp_verdict returns. */
const hp_answer *hp_need_answer(hp_findings *findings, const hp_reply *reply);
/* Needs the answer's body to be JSON: else the failure is kept, to be what hp_verdict returns. */
const hp_json *hp_need_json(hp_findings *findings, const hp_answer *answer);
/* Counts an expectation that was met, for comparisons that are made elsewhere. */
void hp_met(hp_findings *findings);
/* Adds something that is wrong, that a person should look at, that is worth knowing. */
void hp_fail(hp_findings *findings, const char *subject, const char *message);
void hp_warn(hp_findings *findings, const char *subject, const char *message);
void hp_note(hp_findings *findings, const char *subject, const char *message);
/* Adds a finding, with room for more facts: what it returns can be filled in until the next one is added. */
hp_finding *hp_finding_add(hp_findings *findings, hp_level level, const char *subject, const char *message);
/* Says that something could not be found out. The first reason is kept. */
void hp_unknown(hp_findings *findings, const char *reason);
/* Adds a measured number, classed when it is not finite; or why there is none. */
void hp_measure(hp_findings *findings, const char *name, double value, const char *unit);
hp_measurement *hp_measure_sample(hp_findings *findings, const char *name, hp_sample sample, const char *unit);
/* Adds another fact. */
void hp_label(hp_findings *findings, const char *name, const char *value);
/* Closes the list. The summary is for when all is well; else the first reason is. */
hp_result hp_verdict(hp_findings *findings, const char *summary);

/* --- Settings ---------------------------------------------------------------------------------------------------- */

/* A place in the settings. What is missing or does not fit is a problem with its JSON pointer, and so is a key that nobody
 * asked for. A value that does not fit reads as nothing; the function that looks is never called then. */
typedef struct hp_settings hp_settings;

/* The value of a key, which has to be there. */
const char *hp_settings_text(hp_settings *in, const char *key);
double hp_settings_number(hp_settings *in, const char *key);
int64_t hp_settings_integer(hp_settings *in, const char *key, int64_t least, int64_t most);
bool hp_settings_flag(hp_settings *in, const char *key);
/* `endpoint:NAME/path` or a URL; `endpoint:NAME` alone. */
const char *hp_settings_target(hp_settings *in, const char *key);
const char *hp_settings_endpoint(hp_settings *in, const char *key);
/* One of several words, which a NULL ends: which one, from 0. */
size_t hp_settings_word(hp_settings *in, const char *key, const char *const *words);
/* Whether a key is there, for those that need not be. */
bool hp_settings_has(hp_settings *in, const char *key);
/* An object below; how many values a list has; one of them, to be read with the key "". */
hp_settings *hp_settings_object(hp_settings *in, const char *key);
size_t hp_settings_count(hp_settings *in, const char *key);
hp_settings *hp_settings_item(hp_settings *in, const char *key, size_t index);
/* Any value, as it is; NULL when it is not there. */
const hp_json *hp_settings_any(hp_settings *in, const char *key);
/* A problem of the plugin's own, at a key; the hint may be NULL. */
void hp_problem(hp_settings *in, const char *key, const char *message, const char *hint);

/* --- The host ---------------------------------------------------------------------------------------------------- */

/* The log, kept with the call's evidence. */
typedef uint8_t hp_severity;
enum { HP_DEBUG, HP_INFO, HP_UNUSUAL, HP_ERROR };
void hp_log(hp_severity severity, const char *message);
void hp_log_text(hp_severity severity, hp_text message);
/* Milliseconds since the Unix epoch; nanoseconds since an unspecified moment; waits. */
uint64_t hp_now(void);
uint64_t hp_monotonic(void);
void hp_sleep(uint32_t milliseconds);

/* What was seen while connecting; times in microseconds. */
typedef struct {
    hp_text address;
    uint64_t resolve, connect;
    hp_pairs labels;
} hp_connection;

/* What was seen of a TLS server. The certificate has been verified. */
typedef struct {
    hp_connection connection;
    uint64_t handshake;
    hp_text version, cipher;
    hp_certificate certificate;
    hp_pairs labels;
} hp_tls_facts;

/* A few bytes out, a few bytes in. */
typedef struct {
    /* endpoint:NAME. */
    hp_text target;
    bool secured;
    /* What to send, and up to which bytes to read, if anything. */
    struct { bool there; hp_text bytes; } send, until;
    uint32_t max_bytes;
    hp_maybe_u32 timeout_ms;
    hp_pairs labels;
} hp_exchange;

/* What came back. */
typedef struct {
    hp_connection connection;
    hp_text bytes;
    uint64_t elapsed;
    hp_pairs labels;
} hp_received;

/* Results of what is below HTTP: a value, or why there is none. */
typedef struct { bool failed; union { hp_texts value; hp_error error; } as; } hp_resolved;
typedef struct { bool failed; union { hp_connection value; hp_error error; } as; } hp_connected;
typedef struct { bool failed; union { hp_tls_facts value; hp_error error; } as; } hp_inspected;
typedef struct { bool failed; union { hp_received value; hp_error error; } as; } hp_transacted;

const hp_resolved *hp_resolve(const char *endpoint);
const hp_connected *hp_connect(const char *endpoint, hp_maybe_u32 timeout_ms);
const hp_inspected *hp_inspect_tls(const char *endpoint, hp_maybe_u32 timeout_ms);
const hp_transacted *hp_transact(const hp_exchange *exchange);

#include "holdpoint_plugin.h"

#endif
