/* The SDK's own tests, compiled by the machine's compiler with its sanitizers. */
#include "../holdpoint_fake.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void same(const char *test, const char *expected, const char *came) {
    if (!came || strcmp(expected, came) != 0) {
        printf("%s: expected \"%s\", came \"%s\"\n", test, expected, came ? came : "nothing");
        failures++;
    }
}

static void so(const char *test, bool condition) {
    same(test, "so", condition ? "so" : "not so");
}

static void numbers_stand_in_full(void) {
    static const struct { double number; const char *text; } rows[] = {{300, "300"}, {812.5, "812.5"}, {0.1, "0.1"},
        {1e21, "1000000000000000000000"}, {1e-7, "0.0000001"}, {-2.5e-7, "-0.00000025"}, {0, "0"}, {1234567.875, "1234567.875"},
        {9007199254740991, "9007199254740991"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}, {NAN, "NaN"}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        same(__func__, rows[row].text, hp_digits(rows[row].number));
    }
    so("the smallest number has an end", strlen(hp_digits(5e-324)) == 326);
}

static void a_long_text_is_cut_between_two_letters(void) {
    char text[401] = {0}, cut[300] = {0};
    for (int letter = 0; letter < 200; letter++) {
        memcpy(text + letter * 2, "é", 2);
    }
    memcpy(cut, text, 256);
    memcpy(cut + 256, "… (400 bytes)", strlen("… (400 bytes)"));

    same(__func__, cut, hp_excerpt(hp_of(text)).at);
}

static void json_is_read_and_written(void) {
    const char *text = " {\"a/b\":[1,-2.5e3,true,null,\"\\u00e9\\ud83d\\ude80\\n\"],\"m~n\":{}} ";

    const hp_json *value = hp_json_read(hp_of(text), NULL);

    same(__func__, "{\"a/b\":[1,-2500,true,null,\"é🚀\\n\"],\"m~n\":{}}", hp_json_write(value));
    same(__func__, "-2500", hp_json_write(hp_json_at(value, "/a~1b/1")));
    same(__func__, "{}", hp_json_write(hp_json_at(value, "/m~0n")));
    so("what is not there is nothing", !hp_json_at(value, "/a~1b/01") && !hp_json_at(value, "/x/y") && !hp_json_at(value, "a"));
}

static void what_is_no_json_is_refused(void) {
    static const char *const texts[] = {"", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "+1", ".5", "1e", "nul", "\"a",
        "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\u12g4\"", "\"\t\"", "[1] x", "{1:2}", "\"\\", "[\"\\u00"};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        const char *why = NULL;
        so(texts[index], !hp_json_read(hp_copy(texts[index], strlen(texts[index])), &why) && why);
    }
    char deep[2001];
    memset(deep, '[', 2000);
    deep[2000] = 0;
    so("too deep", !hp_json_read(hp_of(deep), NULL));
}

typedef struct {
    const char *url;
    int64_t retries;
    size_t mode;
} settings;

static void read_settings(hp_settings *in, settings *out) {
    static const char *const modes[] = {"fast", "slow", NULL};
    out->url = hp_settings_target(in, "url");
    out->retries = hp_settings_has(in, "retries") ? hp_settings_integer(in, "retries", 0, 9) : 3;
    out->mode = hp_settings_has(in, "mode") ? hp_settings_word(in, "mode", modes) : 0;
    for (size_t step = 0, count = hp_settings_count(in, "steps"); step < count; step++) {
        hp_settings_number(hp_settings_item(in, "steps", step), "status");
    }
}

static hp_result look(const settings *settings, const hp_call *call) {
    hp_findings *findings = hp_findings_new();
    const hp_answer *answer = hp_expect_answer(findings, "GET", hp_get(settings->url));
    if (answer) {
        hp_expect_integer(findings, "status", 200, answer->status);
    }
    return hp_verdict(findings, hp_format("%s, %lld retries", call->release.service.at, (long long)settings->retries));
}

HP_CHECK(settings, read_settings, look)

static void what_does_not_fit_is_told_with_its_place(void) {
    static const struct { const char *settings, *told; } rows[] = {
        {"{\"url\":\"endpoint:shop\",\"steps\":[]}", ""},
        {"{\"steps\":[]}", "missing field `url`"},
        {"{\"url\":\"shop\",\"steps\":[]}", "/url: `shop` is not a target; write `endpoint:NAME/path` (NAME in kebab-case)"},
        {"{\"url\":\"endpoint:-a\",\"steps\":[]}", "/url: `endpoint:-a` is not a target; write `endpoint:NAME/path` (NAME in kebab-case)"},
        {"{\"url\":7,\"steps\":[]}", "/url: invalid type: integer `7`, expected a string"},
        {"{\"url\":\"http://x\",\"steps\":{}}", "/steps: invalid type: map, expected a list"},
        {"{\"url\":\"http://x\",\"steps\":[{\"status\":200},{\"status\":\"ok\"}]}", "/steps/1/status: invalid type: string \"ok\", expected a number"},
        {"{\"url\":\"http://x\",\"steps\":[{\"status\":1,\"a/b\":2}]}", "/steps/0/a~1b: unknown field `a/b`, expected one of `status`"},
        {"{\"url\":\"http://x\",\"steps\":[],\"retries\":10}", "/retries: invalid type: integer `10`, expected an integer from 0 to 9"},
        {"{\"url\":\"http://x\",\"steps\":[],\"mode\":\"fats\"}", "/mode: unknown variant `fats`, expected one of `fast`, `slow`"},
        {"{\"url\":\"http://x\\u0000\",\"steps\":[]}", "/url: invalid type: string \"http://x\\u0000\", expected a string without a zero byte"},
        {"[]", "invalid type: sequence, expected an object"}, {"{", "a key is missing at byte 1"}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        hp_failure failure = {0, {"", 0}};
        hp_accept(&hp_the_check.settings, hp_of(rows[row].settings), &failure);
        same(rows[row].settings, rows[row].told, failure.message.at);
    }
}

static const char *closed(hp_findings *findings, hp_outcome outcome) {
    hp_result result = hp_verdict(findings, "all is well");
    so("outcome", !result.failed && result.as.verdict.outcome == outcome);
    return result.as.verdict.summary.at;
}

static void a_verdict_follows_from_what_was_expected(void) {
    hp_findings *wrong = hp_findings_new(), *unknown = hp_findings_new(), *warned = hp_findings_new(), *met = hp_findings_new();
    hp_warn(wrong, "certificate", "ends soon");
    hp_unknown(wrong, "no answer");
    hp_expect_integer(wrong, "status", 200, 500);
    hp_expect_at_most(wrong, "latency", 300, NAN, "ms");
    hp_unknown(unknown, "no answer");
    hp_warn(unknown, "certificate", "ends soon");
    hp_warn(warned, "certificate", "ends soon");
    hp_note(met, "status", "is 200");
    hp_expect_contains(met, "body", "up", "all is up");
    hp_findings *noted = hp_findings_new();
    hp_note(noted, "status", "is 200");

    hp_result result = hp_verdict(wrong, "all is well");

    same(__func__, "status is 500 instead of 200 (and 1 more)", closed(wrong, HP_FAIL));
    same(__func__, "certificate", result.as.verdict.findings.at[2].subject.at);
    same(__func__, "NaN ms", result.as.verdict.findings.at[1].observed.text.at);
    same(__func__, "no answer", closed(unknown, HP_INCONCLUSIVE));
    same(__func__, "certificate ends soon", closed(warned, HP_WARN));
    same(__func__, "all is well", closed(met, HP_PASS));
    same(__func__, "nothing was expected, so nothing was found", closed(noted, HP_INCONCLUSIVE));
}

static void silence_is_a_finding_and_a_denial_is_not(void) {
    hp_world_new();
    hp_world_on("GET", "http://down", hp_reply_error(HP_HTTP_CONNECT, "refused"));
    hp_world_on("GET", "http://odd", hp_reply_error(HP_HTTP_PROTOCOL, "two status lines"));

    const hp_result *down = hp_world_check(&hp_the_check, "{\"url\":\"http://down\",\"steps\":[]}");
    const hp_result *odd = hp_world_check(&hp_the_check, "{\"url\":\"http://odd\",\"steps\":[]}");
    const hp_result *denied = hp_world_check(&hp_the_check, "{\"url\":\"http://other\",\"steps\":[]}");

    same(__func__, "no connection: refused", down->as.verdict.findings.at[0].observed.text.at);
    so(__func__, !odd->failed && odd->as.verdict.outcome == HP_INCONCLUSIVE);
    so(__func__, denied->failed && denied->as.failure.kind == HP_DENIED && hp_world_requests() == 3);
}

static void a_request_carries_what_was_put_into_it(void) {
    hp_request *request = hp_request_new("POST", "endpoint:shop/api?x=1");
    hp_query(request, "q", "a b");
    hp_field(request, "a+b", "x {{secret:user}}!");
    hp_field(request, "c", "é{{secret:x");

    same(__func__, "endpoint:shop/api?x=1&q=a%20b", request->url.at);
    same(__func__, "a%2Bb=x+{{secret:user}}%21&c=%C3%A9%7B%7Bsecret%3Ax", request->body.bytes.at);
    same(__func__, "application/x-www-form-urlencoded", hp_value(request->headers, "Content-Type"));
}

static void a_world_answers_in_order_and_time_passes_by_it(void) {
    hp_world_new();
    hp_world_bind("shop", "http://127.0.0.1:8080/");
    hp_world_on("GET", "endpoint:shop/", hp_reply_text(hp_reply_status(503), "12345"));
    hp_world_on("GET", "endpoint:shop/", hp_reply_after(hp_reply_status(200), 1000000));
    hp_request *short_one = hp_request_new("GET", "http://127.0.0.1:8080/"), *late = hp_request_new("GET", "endpoint:shop/");
    hp_max_body(short_one, 2);
    hp_timeout(late, 250);

    const hp_reply *first = hp_send(short_one), *second = hp_get("endpoint:shop/"), *third = hp_send(late);

    so(__func__, first->as.answer.status == 503 && first->as.answer.truncated && second->as.answer.status == 200);
    so(__func__, third->failed && third->as.error.kind == HP_HTTP_TIMEOUT && hp_monotonic() == 2005000000);
    same(__func__, "12", first->as.answer.body.at);
    so("a body that was cut is no JSON", !hp_need_json(hp_findings_new(), &first->as.answer));
}

static void what_is_no_fixture_is_told(void) {
    static const struct { const char *text, *told; } rows[] = {{"{\"fixture\":2}", "the fixture has format 2, and format 1 is read here"},
        {"{\"fixture\":1,\"exchange\":[],\"settings\":{}}", "unknown field `exchange`"}, {"{\"fixture\":1}", "the fixture has no `settings`"},
        {"{\"fixture\":1,\"settings\":{},\"exchanges\":[{\"method\":\"GET\",\"url\":\"u\"}]}",
            "exchange 1: one of `answer`, `denied` and `failed` is to stand here"},
        {"{\"fixture\":1,\"settings\":{},\"exchanges\":[{\"method\":\"GET\",\"url\":\"u\",\"answer\":{\"status\":200,\"body-hex\":\"0\"}}]}",
            "exchange 1: its body-hex is not hexadecimal"},
        {"{\"fixture\":1,\"settings\":{},\"exchanges\":[{\"method\":\"GET\",\"url\":\"u\",\"failed\":{\"part\":\"tsl\"}}]}",
            "exchange 1: unknown part `tsl`"}};
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
        const char *why = NULL;
        so(rows[row].text, !hp_fixture_parse(hp_of(rows[row].text), &why));
        same(rows[row].text, rows[row].told, why);
    }
}

static void one_request_more_than_was_recorded_is_denied(void) {
    const char *why = NULL, *text = "{\"fixture\":1,\"settings\":{},\"endpoints\":{\"shop\":\"http://h\"},\"exchanges\":[{\"method\":\"GET\","
        "\"url\":\"http://h/a\",\"answer\":{\"status\":200,\"body-hex\":\"00fF\"}}]}";

    so(__func__, hp_fixture_parse(hp_of(text), &why) != NULL);
    const hp_reply *first = hp_get("endpoint:shop/a"), *second = hp_get("endpoint:shop/a");

    so(__func__, !first->failed && first->as.answer.body.size == 2 && (unsigned char)first->as.answer.body.at[1] == 255);
    so(__func__, second->failed && second->as.error.kind == HP_HTTP_DENIED && strstr(second->as.error.text.at, "holds 1 answers"));
}

int main(void) {
    numbers_stand_in_full();
    a_long_text_is_cut_between_two_letters();
    json_is_read_and_written();
    what_is_no_json_is_refused();
    what_does_not_fit_is_told_with_its_place();
    a_verdict_follows_from_what_was_expected();
    silence_is_a_finding_and_a_denial_is_not();
    a_request_carries_what_was_put_into_it();
    a_world_answers_in_order_and_time_passes_by_it();
    what_is_no_fixture_is_told();
    one_request_more_than_was_recorded_is_denied();
    hp_release();
    return failures != 0;
}
