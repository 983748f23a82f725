"""Rules for the moves that open and close a call."""

from __future__ import annotations

from rubrics.move_rule import rule
from rubrics.putting_off import SENDING
from rubrics.text import DAY, NUMBER

_STEP = (
    r"(?:demo|demonstration|meeting|call|chat|visit|trial|pilot|quote|proposal|invite|invitation|"
    r"appointment|session|walk ?through|survey|follow up|workshop|sample|samples|agreement|slot|engineer)"
)
_TIME = rf"(?:{NUMBER} (?:{NUMBER} )?(?:minutes?|mins?)|(?:half|quarter of) an hour|an hour)"
_ONCE_MORE = r"brochure|leaflet|some time|sometime|be in touch"

RULES = (
    rule(
        "greet",
        r"^(?:(?:yeah|well|so|okay) )*(?:hello|hi|hiya|hey|good (?:morning|afternoon|evening|day)|morning|afternoon)",
    ),
    rule(
        "introduce_self",
        rf"my name is \w+|^(?:hi|hello|hiya|hey|morning|good \w+)? ?(?:\w+ ){{0,3}}?\w+ \w+ from (?!{NUMBER}|the|you|"
        r"your|a|an|my|our|here|there|what|where|home|work)\w+|(?:this is|it is|i am) (?!about|just|a |an |the |"
        r"not |only |my |your |that |on |so |"
        r"really |for |in |at |here |calling |ringing |happy )\w+(?: \w+)? (?:from|with|at|calling|here|over "
        r"at)(?! the| home| work| your)|\w+ (?:here|speaking) from \w+|i am (?:calling|ringing|phoning) "
        r"(?:you )?from|"
        r"(?:i am|we are) (?:with|from) (?!the)\w+|(?:it is|this is) (?!about|just|a |an |the |not |only |my |"
        r"your |that |on |so |really )\w+ (?:from|at|here)|\w+ from \w+ here|^(?:hi|hello|good morning) "
        r"(?:\w+ )?\w+ here",
        r"from you|from your|are you (?:calling )?from",
    ),
    rule(
        "state_reason",
        r"(?:the )?reason (?:for my call|for calling|i am (?:calling|ringing)|for the call)|i am (?:calling|"
        r"ringing|phoning|reaching out|getting in touch)(?: you)?(?: today)? (?:because|about|to|regarding|as|"
        r"on|with regard|in relation)|"
        r"(?:that is )?why i (?:am (?:ringing|calling)|rang|called|wanted)|made me (?:ring|call)|(?:just "
        r")?calling (?:you )?(?:about|regarding|to)|i (?:saw|noticed|read|see|understand)(?: that)? (?:you|"
        r"the|your)\b(?! point| mean| problem)|"
        r"you (?:put|posted|advertised|asked for|requested|contacted|wrote|rang|called)",
        r"why are you|thank you for|thanks for",
    ),
    rule(
        "ask_permission",
        r"(?:alright|okay|free|good) for (?:a|one|two|five) (?:quick )?(?:minutes?|moment|second)|is (?:now|"
        r"this|it) (?:really )?an? (?:\w+ )?(?:time|moment)|(?:have|did|do) i (?:caught|catch|get|"
        r"got|find) you|(?:is|am i) (?:it |now |this |that |calling "
        r")+(?:a |an |at a |at an )?(?:good|okay|bad|convenient|right|alright|decent) (?:time|moment)|is "
        r"(?:now|this) (?:alright|okay|good|convenient)|"
        r"(?:is )?now an? (?:okay|good|bad) time|(?:do you have|have you got|got|could you spare|can you "
        r"spare|can you give me|could you give me|may i have|can i have|can i take|can i borrow|could i have|"
        r"can i steal|could i take) "
        rf"(?:me )?(?:just )?(?:a |{NUMBER} )(?:quick |couple of |few )?(?:minutes?|moments?|seconds?|secs?|"
        rf"mins?)|would (?:you|it) (?:mind|be okay|be alright) if (?:i|we)|do you mind if (?:i|we)|"
        r"is it (?:okay|alright|okay with you) (?:if|to)|(?:can|may|could) i (?:just )?(?:ask you (?:a|some|"
        r"something)|ask a (?:quick )?question|explain (?:why|what)|tell you why)|are you (?:okay|free|able) "
        r"to (?:talk|speak|chat)|can you talk|"
        r"okay if i (?:ask|take|put|go|pop|explain|share)|shall i (?:go on|carry on|continue)|does (?:now|"
        r"that|this) (?:work|suit)(?: you)?(?: or)?|is there a better time|caught you (?:in|at)",
        rf"date of birth|call you back|{SENDING}",
    ),
    rule(
        "small_talk",
        r"(?:the )?(?:weather|weekend)(?! (?:rate|rota|shift|cover|deliver|work|trade))|did you (?:see|watch) "
        r"the (?:match|game|football)|lovely day|on holiday",
        r"saturday|sunday|run weekends|shift|open|work|call",
    ),
    rule(
        "farewell",
        r"bye|goodbye|good bye|take care(?! of (?:the|that|this|it|your\b)(?!self))|have a (?:good|nice|great|"
        r"lovely) (?:\w+ )?(?:day|evening|weekend|one|rest|afternoon|week)|speak (?:soon|then|to you (?:soon|"
        r"then))|talk (?:soon|to you (?:soon|then))|see you (?:then|on|soon)|thanks? (?:you )?for your time|"
        r"cheers then",
    ),
    rule(
        "propose_next_step",
        rf"(?:i would (?:suggest|propose)|i (?:suggest|propose)|my suggestion is|how about|shall we|let us|can "
        rf"we|could we|would you be (?:open|willing|"
        rf"happy|up)|i will|i can|i could|why do not (?:we|i)|what i will do|can i|could i|are you (?:free|"
        rf"around|available)|do you fancy|would it make sense|what if we|"
        rf"next step (?:is|would be|could be)|i would like to|we could|we can|we will|happy to)(?: "
        rf"\S+){{0,9}}? (?:a |an |the |you )?(?:\S+ ){{0,3}}?{_STEP}",
        rf"{_ONCE_MORE}|(?:on|during|before|of) (?:this|the|that|our) call|not",
    ),
    rule(
        "propose_next_step",
        rf"(?:i will|i can|i could|let me|shall i|i am going to|what if i|i) (?:then |also |just |personally "
        rf")?(?:come|send|email|e mail|ring|call|phone|book|visit|present|pop|drop|text|post|get|set up|"
        rf"schedule|put you down|bring)(?: \S+){{0,26}}? {DAY}",
        rf"{_ONCE_MORE}|dispute",
    ),
    rule(
        "propose_next_step",
        rf"(?:are you (?:free|around|available)|would|does|how about|what about|could (?:you|we) (?:do|say|"
        rf"make)|can you do|let us say|shall we say)(?: \S+){{0,5}}? {DAY}",
        r"pay|cost|dollars|pounds|deliver|payday",
    ),
    rule(
        "propose_next_step",
        rf"(?:worth|(?:can|could|shall|may|might) (?:i|we|you) (?:\S+ )?(?:spare|take|find|grab|get|have|set "
        rf"aside)|let us (?:take|find|grab)|(?:spare|give) me) (?:\S+ ){{0,2}}?{_TIME}(?: \S+){{0,6}}? {DAY}|"
        rf"worth (?:\S+ ){{0,3}}?(?:{_STEP}|{_TIME}(?= to (?:see|show|walk|look|go|talk)))",
        r"pay|cost|dollars|pounds|deliver|payday|wait\w*|on hold|late|right now|today|this morning|a day|per|was",
    ),
    rule(
        "ask_commitment",
        r"can you do that|(?:does|would|will) that (?:work|suit|be okay|do)(?: for you)?|do you agree|do we "
        r"have a deal|(?:is|would) that (?:be )?(?:agreed|okay|alright|fair|a plan|okay with you|alright with "
        r"you)(?: (?:for|with|by) you)?|shall we (?:go ahead|book|say|do|lock|get)|"
        r"are you happy (?:to|with|for)|can (?:i|we) (?:book|put you|count|go ahead|get you|pencil|lock)|"
        r"would you be (?:willing|open|happy|up)|agreed \?|yes or no|okay for you|alright by you|will you "
        r"(?:do|commit|pay|join|come|be there)|are you (?:ready|in|up for)|"
        rf"(?:are you (?:free|available)|would|does|how about|could you do|shall we say)(?: \S+){{0,4}}? {DAY}",
    ),
    rule(
        "confirm_details",
        rf"(?:just )?(?:to confirm|to double check|let me confirm|confirming|i have got you (?:down|booked)|i "
        rf"am (?:noting|putting down|writing down|recording)|putting (?:you )?down|so that is|that is|to be "
        rf"clear)(?: \S+){{0,14}}? (?:{NUMBER}|{DAY})",
        r"worth|cost|hours|from our|percent",
    ),
    rule(
        "confirm_details",
        rf"{DAY}(?: \S+){{0,8}}? (?:then|correct|see you|speak (?:then|to you)|confirmed|is that (?:right|"
        rf"correct)|goodbye)",
        r"does that work|are you free|how about",
    ),
)
