/* The conformance plugin: does what its settings say, so that cases can show what the SDK makes of it. */
#include "conformance.h"

static hp_result look(const settings *s, const hp_call *call) {
    switch (s->word) {
    case 0: return say(s);
    case 1: return flood(s->count);
    case 2: return echo(call);
    case 3: return weigh(text_of(s->text));
    case 4: return count_calls();
    case 5: return order(s);
    case 6: return write_log(s->lines);
    case 7: return tell_time(s->sleep_ms);
    case 8: return expect(s);
    case 9: return send_each(s);
    case 10: return need(s->url);
    case 11: return answer(s->url);
    case 12: return below_http(s->target);
    case 13: return hp_fails((uint8_t)s->kind, text_of(s->message).at);
    case 14: return stumble(text_of(s->message).at);
    case 15: return allocate(s->mib);
    case 16: return spin();
    case 17: return recurse();
    default: return hp_verdict(hp_findings_new(), "there was nothing to do");
    }
}

HP_CHECK(settings, read_settings, look)
