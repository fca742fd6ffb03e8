/* A host for tests: says what a plugin is to see, and remembers what the plugin did.
 *
 * What no test has arranged is denied, as in a sandbox without grants. Time stands still until a reply takes some or the
 * plugin sleeps. There is one world at a time: hp_world_new() begins it, hp_release() ends it. */
#ifndef HOLDPOINT_FAKE_H
#define HOLDPOINT_FAKE_H

#include "holdpoint.h"

/* When a world begins: 2026-01-01T00:00:00Z, in milliseconds since the Unix epoch. */
#define HP_BEGINNING 1767225600000ULL

/* Begins a world in which nothing is allowed and nothing has happened. */
void hp_world_new(void);
/* Lets it begin at another moment. */
void hp_world_begin(uint64_t moment);
/* Lets time pass. */
void hp_world_pass(uint64_t microseconds);
/* Binds an endpoint, by its name, to a URL without a path. Unbound, endpoint:NAME is https://NAME.test. */
void hp_world_bind(const char *endpoint, const char *url);
/* Arranges one more reply to a method and URL; the last is given again and again. */
void hp_world_on(const char *method, const char *url, hp_reply *reply);
/* Runs a check with settings, the way the sandbox does. */
const hp_result *hp_world_check(const hp_check *check, const char *settings);
/* A call with these settings, of a feature release of shop from 1.9.0 to 2.0.0. */
hp_call *hp_world_call(const char *settings);
/* How many requests there were, and one of them. */
size_t hp_world_requests(void);
const hp_request *hp_world_request(size_t index);
/* How many lines of log there are, and one of them. */
size_t hp_world_lines(void);
const char *hp_world_line(size_t index);

/* A reply with this status, no headers and no body, after 5 ms; one that is none. */
hp_reply *hp_reply_status(uint16_t status);
hp_reply *hp_reply_error(uint8_t kind, const char *text);
/* Adds a header, sets the body, takes so many microseconds. */
hp_reply *hp_reply_header(hp_reply *reply, const char *name, const char *value);
hp_reply *hp_reply_text(hp_reply *reply, const char *body);
hp_reply *hp_reply_after(hp_reply *reply, uint64_t microseconds);

/* A call that was recorded with `holdpoint run --record`, or written by hand. */
typedef struct hp_fixture hp_fixture;

/* Reads a fixture's file, and begins a world in which its requests are answered as they were; NULL, with the reason, when it
 * is none. A request that is not in it is denied, and so is one more than it holds. */
hp_fixture *hp_fixture_read(const char *path, const char **why);
/* The same of a text. */
hp_fixture *hp_fixture_parse(hp_text text, const char **why);
/* The settings as JSON; how the call ended, in a word; the summary of its verdict. Empty where there is none. */
const char *hp_fixture_settings(const hp_fixture *fixture);
const char *hp_fixture_word(const hp_fixture *fixture);
const char *hp_fixture_summary(const hp_fixture *fixture);
/* Runs a check on it, with the settings that it had. */
const hp_result *hp_fixture_check(const hp_fixture *fixture, const hp_check *check);
/* The word of an outcome. */
const char *hp_outcome_word(hp_outcome outcome);

#endif
