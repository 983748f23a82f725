"""Rules for the moves that do harm. What is denied, hedged or reported of others harms nobody."""

from __future__ import annotations

from rubrics.move_rule import rule
from rubrics.text import NUMBER

_HEDGE = (
    r"depends?|might|may|could be|if it|whether|not sure|do not know|roughly where|at the one|we measured|"
    r"from our|out of|up to you|in the (?:test|trial|pilot)|where we"
)

FLAT_CLAIM = rule(
    "unsupported_claim",
    r"(?:we |i |it is |is |are |that is |fully |absolutely |results )*guarantee[ds]?|i (?:can "
    r")?promise(?: you)?(?! (?:to|i will))|(?:a )?hundred percent(?! of)|100 percent(?! of)|(?:everyone|"
    r"everybody|every (?:single )?(?:\w+ )?(?:practice|customer|client|company|firm|business|one))(?: "
    r"\w+){0,4}? (?:gets?|loves?|saves?|uses?|is|that|who|has|on it)|"
    r"(?:it )?always (?:works?|saves?|pays?)|never (?:fails?|breaks?|goes (?:down|wrong)|lets?)|no "
    r"question|(?:nobody|no one|no other (?:company|firm|supplier)|none) (?:\w+ )?(?:is|can|does|comes|"
    r"beats?)(?! (?:in|there|at))|(?:we are |it is |are |is )?the (?:best|fastest|cheapest|number one|"
    r"most (?:advanced|reliable|accurate))(?: \w+){0,2} (?:in|on|out|around|of|software|system|platform|"
    r"solution|product|service|price|there)|"
    r"eliminates?|completely (?:rid|remove|solve)|get(?:s)? rid of (?:\w+ ){0,2}completely|(?:it is |is "
    r")?proven|(?:zero|no) (?:risk|downtime|errors)|can not (?:fail|lose|go wrong)|(?:you will|you are "
    r"going to) (?:definitely|certainly|absolutely) (?:save|see|get)|without (?:a )?(?:doubt|fail)",
    r"can not (?:guarantee|promise)|will not (?:guarantee|promise)|would not (?:want to )?(?:guarantee|"
    r"promise)|could not (?:guarantee|promise)|guarantee (?:period|card|certificate)|promise to (?:pay|"
    r"call)|year (?:parts )?(?:guarantee|warranty)|is it guaranteed|no guarantee|not (?:proven|a "
    r"guarantee|guaranteed)|the best (?:time|way|number|email|thing|person)",
    affirmed=True,
    own=True,
)
"""A guarantee, absolute or superlative about results."""

FIGURE_CLAIM = rule(
    "unsupported_claim",
    rf"(?:sav(?:e|es|ing)|cut(?:s|ting)?|reduc(?:e|es|ing)|increas(?:e|es|ing)|boosts?|improv(?:e|es|ing)|"
    rf"drops?|gain|faster|typically|usually|on average|normally|around|about|up to|pays? for itself in)(?: "
    rf"\S+){{0,7}}? (?:{NUMBER} )+(?:percent|times|fold|x|hours|months|weeks)",
    rf"{_HEDGE}|you said|you told|\bask\b|\?|you are (?:losing|spending|paying)|wait|charge|fee|bill|"
    rf"minute|call|owed|a month",
    affirmed=True,
    own=True,
    unsourced=True,
)
"""A figure about results, without source or condition. A customer named as having got it is a source."""

ROLE_BREAK = rule(
    "role_break",
    r"(?:ignore|disregard|forget|override) (?:all |your |the |my |any |previous |prior |these |those |of "
    r")*(?:instructions?|prompts?|rules|guidelines|scenario|system|script you)|system prompt|as an ai|"
    r"(?:are you|you are|i am|talking to|speaking to) (?:just |really |only |actually )?(?:an? )?(?:ai|"
    r"bot|robot|chat ?bot|language model|chat ?gpt|machine|computer|simulation|large language model)|"
    r"(?:you are|be|act as|play) (?:now |actually )?(?:the |a )?(?:salesperson|sales ?rep|sales agent|"
    r"assistant|interviewer|grader|evaluator|call agent)|(?:you are now) (?:the|a|an)|"
    r"(?:give|award|assign|grant) (?:me|this call|us|the learner|it) (?:a )?(?:full|top|maximum|perfect|"
    r"highest|hundred|level|the best|\w+ out of)(?: \w+)?(?: marks?| scores?| points?| grade)?|full marks|"
    r"(?:score|mark|rate|grade) (?:me|this (?:call|criterion)|this) (?:as |a |at )?|note to (?:the "
    r")?(?:grader|judge|evaluator|ai|system)|(?:dear|hey|attention|to the) (?:grader|evaluator|judge|"
    r"examiner|ai)|pretend (?:to be|you are|that you)|role ?play(?:ing)?|rubric|(?:large )?language model|"
    r"chat ?gpt|jailbreak|this is (?:only|just) (?:a )?(?:simulation|test|exercise|role)|criteri(?:on|a) "
    r"(?:is|are|was|were) (?:met|satisfied|fulfilled)|your (?:prompt|instructions|system message|"
    r"developer)|simulat(?:ed|ion)|artificial intelligence|switch roles|swap roles",
    r"rate me out|machine (?:that|is|broke)|answering machine|your instructions (?:for|were|to the)",
)

RULES = (
    rule(
        "blame",
        r"(?:you|you really) (?:should have|ought to have|should not have|failed to|forgot|must have|clearly|"
        r"obviously did not|did not (?:read|pay|tell|check|cancel|listen|call))(?! (?:got|had|been|received|"
        r"seen))|your (?:own )?(?:fault|mistake|problem|responsibility)|(?:you are the one|you) (?:signed|"
        r"agreed to (?:it|that|the))|if you had (?:only |just )?(?:read|paid|called|checked|told|listened|"
        r"not)|"
        r"(?:it is|that is|that was|it was) (?:the |those |another |a different )?(?:billing|sales|other "
        r"department|shop|system|warehouse|engineer|last agent|colleague|store|another team)(?: team| "
        r"department| guys)?(?:'s)?(?: fault| problem| mistake| not us| not me)",
        r"not your (?:fault|mistake|problem|responsibility)|should have (?:got|had|been|received|seen|heard)|"
        r"you must have (?:been|had|felt)|you should not have (?:to|been|had)",
        affirmed=True,
        own=True,
    ),
    rule(
        "jargon",
        r"prorat(?:ed|ion|a)|pro rata|synerg\w+|leverage (?:our|the|your|a)|paradigm\w*|omni ?channel|arpu|"
        r"provision(?:ed|ing)|escalation matrix|tier (?:two|2|three|3|one|1)|best of breed|holistic\w*|"
        r"scalable|bandwidth (?:to|for)|value add|churn (?:risk|rate)|sku|kpis?|slas?|roi|tco|apis?|saas|mrc|"
        r"nrc|erp|cti|ivr|crm integration|rating engine|billing run|oss|bss|dunning|ledger posting|chargeable "
        r"event|tariff migration|mediation|granularity|end to end (?:solution|platform)|ai powered|cloud "
        r"native|turnkey|deliverables|low hanging fruit|in life|decisioning|sor|dpd|i and e",
    ),
    FLAT_CLAIM,
    FIGURE_CLAIM,
    rule(
        "pressure",
        rf"(?:today|this week) only|only (?:valid )?(?:today|until|for today)|last (?:chance|day|few|one)|"
        rf"before (?:it is too late|five o'?clock|the end of today|prices)|offer (?:ends|expires|runs out)|"
        rf"(?:you )?(?:have to|must|need to|got to) (?:pay|decide|sign|act|do (?:it|this|that)|buy|commit)(?: "
        rf"\w+){{0,3}}? (?:today|now|right now|immediately|straight away)|you (?:have )?got to pay|(?:pay|sign|"
        rf"decide|act) (?:today|now|right now) or|you would be (?:mad|crazy|stupid|silly|a fool)|"
        rf"(?:have to|must|need to|got to) pay(?: \w+){{0,8}}? (?:today|now|tonight)|gets? (?:a lot |much |"
        rf"even )?(?:more serious|worse|uglier)|everyone else (?:has|is|pays)|(?:should|ought to) be ashamed|"
        rf"do the right thing|usually regret|(?:live to|will) regret|final (?:notice|"
        rf"chance|warning)|how are you paying (?:that|this|it)|i need (?:your )?(?:a )?(?:payment|decision|"
        rf"answer|card)(?: \w+){{0,2}}? (?:today|now)|by (?:five|{NUMBER}) o'?clock(?! (?:on|tomorrow|if))|do "
        rf"not (?:make|let) me|you do not want (?:to (?:miss|lose|be)|(?:the|your|me|us|this))|(?:price|it) "
        rf"(?:goes|is going) up (?:tomorrow|on|next)|what is (?:it|stopping you) going to take|think of your "
        rf"(?:family|kids|children)",
        r"you can (?:not )?|no pressure|is that (?:the|your) last|i will (?:call|ring|email|send)|does not "
        r"have to|without",
        affirmed=True,
        own=True,
    ),
    rule(
        "threat",
        r"(?:garnish|go after|take (?:it )?(?:from|out of)|attach|come after|dock)(?: \w+){0,3}? (?:wages?|"
        r"pay ?check|salary|earnings|pay)|(?:a )?li[ea]n on|lean on your (?:car|house|home)|sheriff|bailiffs?|"
        r"(?:send|turn|hand|pass|going|goes|go)(?: \w+){0,4}? (?:over )?to (?:legal|our lawyers|the lawyers|"
        r"our solicitors|solicitors|court)|call legal|sue you|lawsuit|take you to court|"
        r"(?:have you |get you )?arrested|jail|prison|(?:tell|ring|call|contact|inform|speak to) (?:your "
        r")(?:employer|boss|neighbours?|family|work|workplace|landlord|husband|wife|mother)|(?:lose|losing) "
        r"(?:your|the) (?:job|house|home|car|licen[cs]e|kids|children)|repossess\w*|i would hate (?:to "
        r"(?:have to|see)|for)|(?:ruin|destroy|wreck|trash) your credit|(?:come|be) (?:round|to the house|"
        r"knocking)|or else|(?:the )?consequences (?:will|for you|could|would)|things (?:can|could|will|"
        r"might) get (?:ugly|nasty|worse|difficult)|enforcement (?:officers?|agents?)",
        r"will never (?:sue|tell|contact|take)|will not (?:sue|tell|contact|take|go|send)|do not (?:sue|tell|"
        r"contact)|no (?:bailiff|sheriff|court)|not (?:going to|sending)|did (?:the|a)|were you|lost your|you "
        r"lost",
        affirmed=True,
        own=True,
    ),
    rule(
        "threat",
        r"(?:make me|have to|made to) (?:call|involve|go to|send (?:it|this) to) (?:legal|court|the lawyers|"
        r"your (?:boss|employer))",
        r"not have to",
    ),
    rule(
        "dismiss",
        r"every(?:one|body)(?:'s| has| is)? (?:says (?:that|this)|got (?:a story|problems|bills)|has (?:a story|"
        r"bills|problems)|got a story)|we all have (?:bills|problems)|a lot of people say|that is not (?:my|"
        r"our) (?:problem|fault|department|concern)|calm down|whatever|overreact\w*|not (?:a|that|such a) big "
        r"(?:of )?(?:a )?deal|it is (?:just|only) (?:a few|\w+) (?:pounds|dollars|quid|pence)|nothing i can "
        r"do|not my (?:problem|fault|department|job)|"
        r"you would be mad not|do not be (?:silly|dramatic|like that|ridiculous)|if you say so|i doubt "
        r"(?:that|it|you)|yeah yeah|be that as it may|as i (?:already )?(?:said|told you)|you are not "
        r"listening|that is (?:just )?(?:how it is|the policy|policy|the way it is)|it is (?:just )?(?:policy|"
        r"in the contract)|there is no need to (?:get|be|shout|raise)|(?:that is|you are) (?:being )?(?:silly|"
        r"nonsense|dramatic|difficult)|are you sure you (?:did not|read)",
        r"more than|i would never say",
        own=True,
    ),
    rule(
        "insult",
        r"stupid|idiots?|liar|you are lying|pathetic|moron|dumb|shut up|(?:you are|are you) (?:useless|"
        r"ridiculous|thick|deaf|an? (?:fool|joke|disgrace|loser)|crazy)|dead ?beat|loser|scrounger|what is "
        r"wrong with you|piss off|fuck\w*|bloody (?:idiot|useless)|bastard|bitch",
        r"stupid (?:question|system|mistake|of (?:us|me)|policy|machine)|not stupid|i feel|sounds? stupid|a liar if",
        affirmed=True,
        own=True,
    ),
    ROLE_BREAK,
)
