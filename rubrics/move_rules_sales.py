"""Rules for the moves of discovery, listening, value and objections."""

from __future__ import annotations

import re

from rubrics.move_rule import Utterance, rule
from rubrics.text import NUMBER

_PER = (
    r"(?:a|an|per|each|every) (?:week|month|year|night|day|hour|shift|quarter|user|seat|head|van|site|"
    r"person|unit|call|order|annum)"
)

RULES = (
    rule(
        "quantify",
        rf"(?:so|call it|makes?|that is|about|roughly|comes to|adds up to|works out (?:at|to)|times|for the "
        rf"two|between)(?: \S+){{0,5}}? {NUMBER}(?: \S+){{0,3}}? {_PER}",
        r"would you pay|could do|you could|instal|payment|we charge|it costs|our price|licen[cs]e|price is",
    ),
    rule(
        "quantify",
        rf"so (?:that is |about )?(?:{NUMBER} )+(?:for the|for both|in total|altogether|all told|extra|between)",
    ),
    rule("quantify", rf"(?:{NUMBER} )+{_PER} (?:then|gone|lost|on top|altogether|in total)"),
    rule("quantify", rf"{NUMBER} (?:times|multiplied by|at) {NUMBER}", r"o'?clock"),
    rule(
        "ask_decision",
        r"who (?:else )?(?:\w+ )?(?:decides|signs|signed|has to (?:say|agree|sign|approve)|makes? (?:the|that|"
        r"this)|needs to (?:be|say|agree|sign|approve)|would (?:need|have)|is involved|gets a say|approves|"
        r"said no|holds the)|"
        r"(?:is it|are you|is that) (?:just |only )?(?:you|yourself|the one|the person)(?: who| that)? (?:\w+ "
        r")?(?:makes?|decides?|signs?|deciding)|(?:how|when) (?:do|does|would|will|is|are|did) (?:\S+ "
        r"){0,6}?(?:decide|decided|decision|approve|sign off|buy|get approved)|"
        r"what (?:would|will|do|does) (?:make )?(?:them|they|he|she|the board|it) (?:say yes|look (?:at|for)|"
        r"need|take)|when (?:is|does|do) the (?:board|committee|\w+ of you)|"
        r"(?:decision|approval|sign off|procurement|buying) (?:process|maker|criteria)|(?:besides|apart from|"
        r"other than) you(?:rself)?|anyone else (?:involved|who|need)|by when (?:do|would|does)|what (?:are|"
        r"is) (?:the|your) (?:criteria|timeline|timescale)",
    ),
    rule(
        "summarise",
        r"let me (?:just )?(?:play (?:that|it|this) back|recap|summari[sz]e|sum (?:that |this |it )?up|make "
        r"sure i (?:have )?(?:got|understand|understood)|check (?:i have|that i|i) (?:got|understood|"
        r"understand)|repeat (?:that|it) back|see if i have)|"
        r"(?:just )?to (?:summari[sz]e|recap|sum up)|(?:what i am hearing|here is what i (?:heard|have)|what "
        r"i (?:have )?heard|what i have got)|if i (?:have )?(?:understood|understand|heard|got) (?:you|that|"
        r"this|it)|so in (?:short|a nutshell) you|so far you have told",
        affirmed=True,
    ),
    rule(
        "check_understanding",
        r"(?:have i (?:got|missed) (?:everything|anything|it all))|(?:have|did|do) i (?:got|get|have|"
        r"understood|understand|heard|hear|miss|missed|capture)(?: "
        r"\S+){0,3}? ?(?:right|correct|correctly|that|anything|properly)|is that (?:right|correct|fair|about "
        r"it|about right|it|a fair)|does that (?:sound right|match)|"
        r"am i right|(?:what|anything) (?:is|have i) (?:wrong|missed|missing)|correct me if|sound about right|"
        r"did i miss|is there anything i (?:have )?missed|have i understood",
    ),
    rule(
        "name_benefit",
        r"(?:save|saves|saving|cut|cuts|cutting|reduce|reduces|reducing|lower|lowers|speed|speeds) (?:up "
        r")?(?:you|your|the|them|time|money|costs?|bills?|errors?|energy|on|down|it|by)|(?:so that|which "
        r"means|that means|meaning|that way|this way) (?:you|your|they|\w+) (?:can|could|do not|does not|no "
        r"longer|never|would not|will not|are not|is not|will|would|get|gets|have got|has got|only|always)|so "
        r"you(?:r \w+)? (?:can|could|no longer|never|do not have|will not have|would not have|are not|get the|"
        r"only)|"
        r"frees? (?:up|you)|less (?:time|paper|hassle|waste|work)|help(?:s)? you (?:to )?|might help|pays? "
        r"for itself|would stop|gets? rid of|eliminates?|no upfront|without (?:having to|you having)|would "
        r"not have to|will not have to|stops? (?:you|the|that|your)|makes? (?:it|your|life) (?:easier|simpler|"
        r"faster)|"
        r"improves? (?:your|the)|takes? (?:the )?(?:\w+ )?(?:off|away)|increase (?:your|the)|boost|percent "
        r"(?:off|less|more|faster|cheaper)",
        r"how can i help|help you today|would you like me to|can i help|is it|if you",
    ),
    rule(
        "quote_price",
        rf"(?:it is|it costs?|that is|costs?|price is|comes to|comes out at|we charge|would be|will be|we are "
        rf"at|priced at|starts? at|from|for|only|runs? at|about|it is about)(?: \S+){{0,4}}? (?:[$£€]\d[\d.]*|"
        rf"{NUMBER}(?: {NUMBER})* (?:pounds|dollars|euros|quid|bucks|grand|a month|per (?:month|user|seat|site|"
        rf"year|unit|van|head)|a (?:year|user|seat|unit|head)))",
        r"you owe|balance|owed|outstanding|debt|your bill|charged|refund|credit|overdue|you said|you could "
        r"(?:do|pay)|costing you|salary|fuel|instal|you spend|you are (?:losing|paying|spending)|arrears|"
        r"account",
    ),
    rule(
        "offer_discount",
        rf"discount|(?:{NUMBER} )+percent off|knock (?:\S+ )?(?:{NUMBER}|something|a bit|a)|(?:reduce|lower|"
        rf"drop|cut|come down on|bring down|bring) (?:the |our )?price|special (?:price|offer|rate|deal)|half "
        rf"price|(?:first|{NUMBER}) months? free|free (?:month|trial|months)|"
        r"bring (?:it|that|the price) down|throw in|do it for (?:less|"
        + NUMBER
        + r")|waive the (?:set ?up|installation|onboarding)|better (?:price|deal|rate)|match (?:the|their|that) "
        r"price",
        r"your electricity|off your|you (?:said|mentioned|asked)",
        affirmed=True,
    ),
    rule(
        "cite_proof",
        rf"case study|last (?:year|month|quarter|winter|summer) (?:we|it|he|she|they|our|one)|where we (?:have "
        rf")?(?:measured|tried|tested|did)|from our (?:log|logs|data|records|figures)|reference (?:customer|"
        rf"client|site)|we (?:have )?measured|independent(?:ly)? (?:tested|audited|measured)|"
        rf"one of our (?:customers|clients|sites)|(?:{NUMBER} )+(?:\w+ ){{0,3}}?out of (?:{NUMBER})|(?:a|the) "
        rf"(?:study|survey|audit|test) (?:by|from|showed|found|of)|(?:i can|i will|can|could) (?:send|show|"
        rf"put) you (?:\S+ ){{0,5}}?(?:log|data|report|numbers|figures|case|in touch with)|at (?:the )?one "
        rf"(?:bakery|place|site|customer|client|practice|\w+) (?:where|we|that)|according to",
    ),
    rule(
        "explore_objection",
        r"what (?:is|was|would be|are) (?:behind|putting you off|holding you (?:back|up)|stopping you|(?:your|"
        r"the) (?:main |biggest |real |only )?(?:concern|worry|worries|hesitation|issue|reservation)|worrying "
        r"you)|what makes you (?:say|think|feel|hesitate)|what (?:would|will) (?:have to|need to) (?:change|"
        r"be|happen)|"
        r"is it (?:the|more|mainly|that|a)(?: \S+){1,8}? or|is that (?:on|about|because|down to|more)(?: "
        r"\S+){1,8}?(?: or|$| \?)|can i ask (?:why|what|you why)|help me understand (?:why|what)|what "
        r"(?:happened|went wrong) (?:last time|with (?:that|them|it)|before|there)|tell me more about (?:that|"
        r"the|your) (?:concern|worry|hesitation)|is that it \?|too (?:expensive|much|dear|high) compared",
    ),
    rule(
        "answer_objection",
        r"(?:the (?:difference|thing|reason) is|what (?:we do|other customers) (?:about that|did|found)|in "
        r"your case|that is exactly why|which is why)",
        r"reason for my call|reason i am",
    ),
)

_STRONG = re.compile(
    r"\b(?:what we (?:do|offer|provide) is|let me tell you (?:about|what)|(?:the )?(?:great|best|beauty "
    r"of|amazing|brilliant) (?:thing|part|bit)?(?: about (?:it|us|our|this))? ?is|what basically happens|"
    r"we are the (?:leading|number one|market|best|uk)|(?:wanted|like|love) to tell you about)\b"
)
_WEAK = re.compile(
    r"\b(?:we (?:also )?(?:do(?! not)|offer|provide|make|sell|supply|deliver|specialise|specialize|work "
    r"with|help|have got|cut|install)|our (?:\w+ )?(?:product|platform|solution|service|services|software|"
    r"system|company|tool|team|surveyor|range|package|app|portal|technology|customers|clients)|"
    r"it (?:does|has got|has|comes with|includes|also does|integrates)|you (?:get|have got|would get|will "
    r"get|also get) (?:a|an|the|access|driver|quarterly|full)|we are (?:a|an) |market leading|award "
    r"winning|state of the art|cutting edge|all in one|there is no upfront|industry leading|we eliminate|"
    r"features?)\b"
)
_PITCH_WORDS = 14
"""A shorter utterance names the trade ("we do timesheets") without pitching."""


def pitching(utterance: Utterance, found: set[str]) -> set[str]:
    """`pitch`: one strong sign of a sales talk or two weak ones; one is enough where nothing is asked or explained."""
    line = utterance.unquoted
    weak = len(_WEAK.findall(line))
    asks = found & {
        "ask_permission",
        "ask_open_question",
        "state_reason",
        "verify_identity",
        "apologise",
        "offer_remedy",
        "take_ownership",
    }
    words = len(line.replace("|", " ").split())
    if _STRONG.search(line) and words >= 6:
        return {"pitch"}
    if weak >= 2 or (weak == 1 and not asks and words >= _PITCH_WORDS):
        return {"pitch"}
    return set()
