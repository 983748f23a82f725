"""Rules for empathy and ownership."""

from __future__ import annotations

from rubrics.move_rule import rule

_HARD = (
    r"(?:frustrat\w*|hard|difficult|stress\w*|awful|annoy\w*|horrible|tough|upset\w*|worr\w*|a lot|rough|"
    r"terrible|dreadful|infuriating|maddening|rotten|miserable|scary|exhausting|disappoint\w*|"
    r"inconvenien\w*|confus\w*|shock)"
)

RULES = (
    rule(
        "empathise",
        rf"sorry (?:to hear|that (?:you|your|this has|it has|happened)|you (?:are|have|had|were|went)|for your "
        rf"loss|this (?:happened|has))|(?:that|it|this) (?:must|has to|sounds|would|is|was|does sound)(?: have "
        rf"been| be| really| very| so| just| like| quite| incredibly| pretty| absolutely)* {_HARD}|"
        rf"i (?:can|could) (?:only |well |completely |really |totally |fully )?(?:imagine|understand|see|hear|"
        rf"appreciate) (?:how|why|that (?:is|must|you are)|you are|what)(?: \S+){{0,8}}|i would (?:be|feel) "
        rf"(?:\w+ )?(?:annoyed|upset|frustrated|angry|cross|furious|the same|worried)|"
        r"(?:completely |totally |perfectly |very )?understandabl[ey]|no wonder|i feel for you|i (?:do "
        r")?empathi[sz]e|i understand (?:how|why|you are|that (?:you|this|it)|your frustration|the "
        r"frustration)|you have every right|(?:not|never) (?:what|how|something) you (?:want|need|"
        r"expect)(?:ed)?|my god|poor (?:you|thing)|i hear how",
        r"sorry to (?:bother|trouble|interrupt|disturb)|how much",
    ),
    rule(
        "apologise",
        r"(?:i am|we are|i do|so|very|really|truly|terribly|just) (?:so |very |really |truly |terribly |"
        r"genuinely |deeply )*sorry(?! to (?:bother|hear|trouble|interrupt)| i (?:missed|did not (?:catch|"
        r"hear))| what| who| could| can you| \?)|"
        r"^sorry (?:about|for|that)|sorry (?:about|for) (?:that|the|this|your|all|what|how|any|being|keeping)|"
        r"i (?:do |sincerely |really |want to |must |would like to )*apologi[sz]e|my apologies|apologies|"
        r"please accept",
        r"no need to apologi[sz]e|for your loss|do not have to apologi[sz]e|sorry to (?:bother|hear)|i am not sorry",
    ),
    rule(
        "take_ownership",
        r"i (?:will|am going to) (?:\w+ )?(?:personally|make sure|take care|sort|own|look after|follow (?:it|"
        r"this|up)|handle|get (?:this|it|that) (?:sorted|fixed|done|put|changed|corrected)|stay on|see to|fix|"
        r"put (?:this|that|it) right|deal with|chase|check it myself|ring you (?:back )?(?:myself|personally)|"
        r"call you (?:back )?(?:myself|personally)|not pass)|"
        r"leave (?:it|this|that) with me|that is (?:on us|on me|our (?:fault|mistake|error)|my (?:fault|"
        r"mistake))|(?:it was |that was )(?:our|my) (?:fault|mistake|error)|we (?:got|did get) (?:it|that|"
        r"this) wrong|we made a mistake|my responsibility|i (?:will )?own (?:this|that|it)|you (?:will not|do "
        r"not|should not) have to (?:call|ring|explain|repeat|chase|go)|we should (?:not )?have|"
        r"our (?:mistake|error) not yours|not your fault|i have (?:put|made|taken|removed|corrected|fixed|"
        r"sorted)|i will be (?:your|the one)",
    ),
    rule(
        "explain_action",
        r"what i (?:am going to|will|can|would|would like to|have to|am) (?:do|doing|suggest)(?: (?:is|now|"
        r"next|then|first|for you))*|i am (?:just |now )?(?:going to (?:look|check|open|pull|put|take|send|"
        r"raise|pass|go|credit|remove)|looking (?:at|into)|checking|pulling|opening|seeing|putting)|let me "
        r"(?:just |quickly )?(?:look|check|pull|open|see|get|bring up|find|have a look)|"
        r"i can see (?:that|here|on|the|from|a|it|there|your|you|what)|the reason (?:for (?:the|that|this)|it|"
        r"you|that|your|is)|here is what (?:happened|will happen|happens|i)|what (?:has )?happened (?:is|was|"
        r"here)|(?:was charged|went up|happened|it rose|is higher) because|the next (?:step|thing) (?:is|"
        r"that)|within (?:\w+ ){1,3}(?:days?|hours?|minutes?|weeks?)|"
        r"(?:you will|you should|it will|it should) (?:see|get|have|receive|show|be|appear|arrive|come)(?: "
        r"\S+){0,6}? (?:by|within|in|on|before)|i will put (?:on|a note|that)",
        r"reason for my call|reason i am (?:calling|ringing)|what i can see you are",
    ),
    rule(
        "offer_remedy",
        r"refund(?:ed|ing)?|(?:send|get|order|bring|book)(?: you| out)? (?:a|an|another) (?:second|new|"
        r"replacement|different|fresh) \w+|credit (?:your|the|you|it|that|back|of)|(?:apply|give you|put|"
        r"raise|add|issue) "
        r"(?:\S+ ){0,3}?(?:credit|refund)|reverse (?:the|that|it|this|those)|(?:waive|remove|take off|cancel|"
        r"drop|write off) (?:\S+ ){0,4}?(?:charge|charges|fee|fees|late|it|that|amount|penalty)|take (?:\S+ "
        r"){0,5}?(?:charge|fee|charges|that|it|late charge|amount) off|have (?:\S+ ){0,4}?(?:taken|removed|"
        r"waived) (?:off)?|"
        r"(?:send|get|order) (?:you |out )?(?:a|an|another) (?:\w+ )?(?:replacement|engineer|technician|new)|"
        r"goodwill|compensat\w+|adjust (?:your|the) bill|write (?:it|that|them) off|reimburse|money back|"
        r"correct (?:the|your) bill|new bill|put (?:that|this|it) right",
        r"no refund|not (?:able to|possible to|going to|eligible|entitled)|can not|do you want a refund|"
        r"refund policy|will not|you asked for|you want",
        affirmed=True,
    ),
)
