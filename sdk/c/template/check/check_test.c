/* The check against a world that is played: `make test`, without a sandbox. */
#include "holdpoint_fake.h"

#include <stdio.h>
#include <string.h>

static const char settings[] = "{\"url\":\"endpoint:shop/health\"}";

static int failures;

/* Expects a check to say this. */
static void expect(const char *test, const hp_result *result, hp_outcome outcome, const char *summary) {
    const hp_said *said = &result->as.verdict;
    if (result->failed || said->outcome != outcome || strcmp(said->summary.at, summary) != 0) {
        printf("%s: %s\n", test, result->failed ? result->as.failure.message.at : said->summary.at);
        failures++;
    }
}

static void a_service_that_is_well_passes(void) {
    const char *why = NULL;
    hp_fixture *fixture = hp_fixture_read("fixtures/healthy.json", &why);
    if (!fixture) {
        hp_panic(why);
    }

    const hp_result *result = hp_fixture_check(fixture, &hp_the_check);

    expect(__func__, result, HP_PASS, "the service is well");
}

static void a_service_that_is_not_well_fails_with_both_sides(void) {
    hp_world_new();
    hp_world_on("GET", "endpoint:shop/health", hp_reply_status(503));

    const hp_result *result = hp_world_check(&hp_the_check, settings);

    expect(__func__, result, HP_FAIL, "health: status is 503 instead of 200");
}

static void a_service_that_is_down_fails(void) {
    hp_world_new();
    hp_world_on("GET", "endpoint:shop/health", hp_reply_error(HP_HTTP_CONNECT, "refused"));

    const hp_result *result = hp_world_check(&hp_the_check, settings);

    expect(__func__, result, HP_FAIL, "health does not answer");
}

int main(void) {
    a_service_that_is_well_passes();
    a_service_that_is_not_well_fails_with_both_sides();
    a_service_that_is_down_fails();
    hp_release();
    return failures;
}
