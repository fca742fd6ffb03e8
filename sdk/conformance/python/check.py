"""The conformance plugin: does what its settings say, so that cases can show what the SDK makes of it."""

import ends
import expects
import says
import sends
import tells
from settings import Settings, Word, examine

from holdpoint import Call, Findings, Host, Verdict, check


@check(validate=examine)
def run(host: Host, settings: Settings, call: Call) -> Verdict:
    """Do the settings' word."""
    match settings.do:
        case None:
            return Findings().verdict("there was nothing to do")
        case Word.SAY:
            return says.say(settings)
        case Word.FLOOD:
            return says.flood(settings.count)
        case Word.ECHO:
            return tells.echo(call)
        case Word.WEIGH:
            return tells.weigh(settings.text)
        case Word.COUNT:
            return tells.count()
        case Word.ORDER:
            return tells.order(settings)
        case Word.LOG:
            return tells.log(settings.lines, host)
        case Word.CLOCK:
            return tells.clock(settings.sleep_ms, host)
        case Word.EXPECT:
            return expects.expect(settings)
        case Word.SEND:
            return sends.send(settings, host)
        case Word.NEED:
            return sends.need(settings.url, host)
        case Word.ANSWER:
            return sends.answer(settings.url, host)
        case Word.NET:
            return sends.net(settings.target, host)
        case Word.FAIL:
            return ends.fail(settings)
        case Word.THROW:
            return ends.stumble(settings.message)
        case Word.ALLOCATE:
            return ends.allocate(settings.mib)
        case Word.SPIN:
            return ends.spin()
        case Word.RECURSE:
            return ends.recurse(1)
