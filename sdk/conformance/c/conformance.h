/* The conformance plugin: its settings, and what each word does. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "holdpoint.h"

/* One request, and what is to be read of its answer. */
typedef struct {
    const char *method, *url, *read_header, *pointer;
    const hp_json *headers, *query, *body, *body_hex, *json, *form;
    hp_maybe_u32 timeout_ms;
    hp_maybe_u64 max_body;
} request_setting;

/* What is to be done. What a word alone reads stays JSON, whose form has been looked at. */
typedef struct {
    size_t word, outcome, kind;
    const hp_json *summary, *findings, *measurements, *labels, *text, *message, *lines, *steps;
    uint32_t count, mib, low, high, sleep_ms;
    request_setting *requests;
    size_t request_count;
    bool together;
    const char *url, *target;
} settings;

/* The text of a setting; empty when it is absent. */
hp_text text_of(const hp_json *value);
/* Which of these words a text is, from 0; the last when it is none of them. */
uint8_t which(const char *word, const char *const *words);
/* Pairs as labels. */
hp_pairs pairs_of(const hp_json *pairs);
/* A sample: a number, or a word for why there is none. */
hp_sample sample_of(const hp_json *value);

void read_settings(hp_settings *in, settings *out);

hp_result say(const settings *settings);
hp_result flood(uint32_t count);
hp_result expect(const settings *settings);
hp_result echo(const hp_call *call);
hp_result weigh(hp_text text);
hp_result count_calls(void);
hp_result order(const settings *settings);
hp_result write_log(const hp_json *lines);
hp_result tell_time(uint32_t sleep_ms);
hp_result send_each(const settings *settings);
hp_result need(const char *url);
hp_result answer(const char *url);
hp_result below_http(const char *target);
hp_result stumble(const char *message);
hp_result allocate(uint32_t mib);
hp_result spin(void);
hp_result recurse(void);

#endif
