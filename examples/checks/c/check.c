/* The order-flow check: orders something, as a customer does, and reads the order back. */
#include "holdpoint.h"

#include <string.h>

/* What to order, where, and how long it may take. */
typedef struct {
    const char *endpoint, *user, *password, *item;
    int64_t quantity;
    double max_latency_ms;
} settings;

static void read_settings(hp_settings *in, settings *out) {
    out->endpoint = hp_settings_endpoint(in, "endpoint");
    out->user = hp_settings_text(in, "user");
    out->password = hp_settings_text(in, "password");
    out->item = hp_settings_text(in, "item");
    out->quantity = hp_settings_integer(in, "quantity", 1, 99);
    out->max_latency_ms = hp_settings_number(in, "max-latency-ms");
}

/* One customer's way through the shop. */
typedef struct {
    const settings *settings;
    hp_findings *findings;
    const char *cookies;
} visit;

static hp_request *request(const visit *visit, const char *method, const char *path) {
    hp_request *request = hp_request_new(method, hp_below(visit->settings->endpoint, path));
    if (visit->cookies) {
        hp_header(request, "cookie", visit->cookies);
    }
    return request;
}

/* Sends a request, and returns the answer if it is the one that leads further. */
static const hp_answer *step(visit *visit, const char *name, uint16_t status, const hp_request *request) {
    const hp_answer *answer = hp_expect_answer(visit->findings, name, hp_send(request));
    if (!answer) {
        return NULL;
    }
    hp_expect_integer(visit->findings, hp_format("%s: status", name), status, answer->status);
    const char *cookies = NULL;
    for (size_t index = 0; index < answer->headers.count; index++) {
        if (strcmp(answer->headers.at[index].name.at, "set-cookie") == 0) {
            const char *cookie = answer->headers.at[index].value.at;
            const char *pair = hp_copy(cookie, strcspn(cookie, ";")).at;
            cookies = cookies ? hp_format("%s; %s", cookies, pair) : pair;
        }
    }
    visit->cookies = cookies ? cookies : visit->cookies;
    return answer->status == status ? answer : NULL;
}

/* The hidden field of the login form. */
static const char *csrf_of(const hp_answer *form) {
    static const char before[] = "name=\"csrf\" value=\"";
    const char *found = strstr(form->body.at, before), *close = found ? strchr(found + strlen(before), '"') : NULL;
    return close ? hp_copy(found + strlen(before), (size_t)(close - found) - strlen(before)).at : NULL;
}

/* Logs in, as far as that leads. */
static bool log_in(visit *visit) {
    const hp_answer *form = step(visit, "login form", 200, request(visit, "GET", "/login"));
    const char *csrf = form ? csrf_of(form) : NULL;
    if (!form || !hp_expect_there(visit->findings, "login form: csrf", csrf != NULL)) {
        return false;
    }
    hp_request *login = request(visit, "POST", "/login");
    hp_field(login, "user", visit->settings->user);
    hp_field(login, "password", visit->settings->password);
    hp_field(login, "csrf", csrf);
    return step(visit, "login", 303, login) != NULL;
}

/* Sends JSON, and returns the JSON of the answer. */
static const hp_json *post(visit *visit, const char *name, uint16_t status, const char *path, const char *body) {
    hp_request *post = request(visit, "POST", path);
    hp_json_body(post, body);
    const hp_answer *answer = step(visit, name, status, post);
    if (answer && status == 201) {
        hp_expect_at_most(visit->findings, "checkout: latency", visit->settings->max_latency_ms, hp_total_ms(answer), "ms");
        hp_measure(visit->findings, "order-latency", hp_total_ms(answer), "ms");
    }
    return answer ? hp_need_json(visit->findings, answer) : NULL;
}

/* Orders, and reads the order back, as far as that leads. */
static void order(visit *visit) {
    const char *pieces = hp_format("{\"sku\":%s,\"quantity\":%lld}", hp_quoted(visit->settings->item),
        (long long)visit->settings->quantity);
    const hp_json *cart = post(visit, "cart", 200, "/api/cart", pieces);
    const char *body = hp_format("{\"cart\":%s}", hp_json_write(hp_json_at(cart, "/cart/id")));
    const hp_json *placed = cart ? post(visit, "checkout", 201, "/api/checkout", body) : NULL;
    if (!placed) {
        return;
    }
    const char *id = hp_json_text(hp_json_at(placed, "/order/id"));
    if (!hp_expect_there(visit->findings, "checkout: order", id != NULL)) {
        return;
    }
    const hp_answer *answer = step(visit, "order", 200, request(visit, "GET", hp_format("/api/orders/%s", id)));
    const hp_json *kept = answer ? hp_need_json(visit->findings, answer) : NULL;
    const hp_json *total = hp_json_at(cart, "/cart/total");
    if (kept && hp_expect_there(visit->findings, "cart: total", total != NULL)) {
        hp_expect_json(visit->findings, "order: total", total, hp_json_at(kept, "/order/total"));
        hp_expect_text(visit->findings, "order: state", "accepted", hp_json_text(hp_json_at(kept, "/order/state")));
    }
}

static hp_result look(const settings *settings, const hp_call *call) {
    (void)call;
    visit visit = {settings, hp_findings_new(), NULL};
    if (log_in(&visit)) {
        order(&visit);
    }
    const char *summary = "%lld %s can be ordered, and the order is kept";
    return hp_verdict(visit.findings, hp_format(summary, (long long)settings->quantity, settings->item));
}

HP_CHECK(settings, read_settings, look)
