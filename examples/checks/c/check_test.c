/* The check on a shop that is played, from what runs recorded. */
#include "holdpoint_fake.h"

#include <stdio.h>
#include <string.h>

static int failed;

static void expect(const char *what, const char *expected, const char *came) {
    if (strcmp(expected, came) != 0) {
        printf("%s: expected \"%s\", came \"%s\"\n", what, expected, came);
        failed = 1;
    }
}

static hp_fixture *play(const char *path) {
    const char *why = NULL;
    hp_fixture *fixture = hp_fixture_read(path, &why);
    if (!fixture) {
        hp_panic(why);
    }
    return fixture;
}

static const char *told(const hp_result *result) {
    return result->failed ? result->as.failure.message.at : result->as.verdict.summary.at;
}

static void what_was_recorded_ends_as_it_did(const char *path) {
    hp_fixture *fixture = play(path);

    const hp_result *result = hp_fixture_check(fixture, &hp_the_check);

    expect("summary", hp_fixture_summary(fixture), told(result));
    expect("outcome", hp_fixture_word(fixture), hp_outcome_word(result->as.verdict.outcome));
}

static void an_order_that_takes_too_long_is_a_finding(void) {
    play("fixtures/good-release.json");

    const hp_result *result = hp_world_check(&hp_the_check,
        "{\"endpoint\":\"endpoint:shop\",\"user\":\"u\",\"password\":\"p\",\"item\":\"mug\",\"quantity\":2,\"max-latency-ms\":0.5}");

    expect("latency", "checkout: latency is 0.812 ms, more than 0.5 ms", told(result));
}

static void a_shop_that_is_down_is_a_finding_and_not_an_error(void) {
    hp_fixture *fixture = play("fixtures/good-release.json");
    hp_world_new();
    hp_world_on("GET", "endpoint:shop/login", hp_reply_error(HP_HTTP_CONNECT, "refused"));

    const hp_result *result = hp_fixture_check(fixture, &hp_the_check);

    expect("a shop that is down", "login form does not answer", told(result));
}

int main(void) {
    what_was_recorded_ends_as_it_did("fixtures/good-release.json");
    what_was_recorded_ends_as_it_did("fixtures/bad-release.json");
    an_order_that_takes_too_long_is_a_finding();
    a_shop_that_is_down_is_a_finding_and_not_an_error();
    hp_release();
    return failed;
}
