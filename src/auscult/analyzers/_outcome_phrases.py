"""What is said when a request is made, met, refused or let go, in English: patterns of ``_phrases``, by who says it."""

from auscult.analyzers._phrases import Kinds

_DONE = (
    "(?:done|sent|booked|cancell?ed|changed|updated|refunded|credited|removed|added|fixed|resolved|corrected|"
    "reset|ordered|scheduled"
    "|transferred|processed|submitted|arranged|issued|approved|activated|deactivated|blocked|unblocked|"
    "lifted|released|replaced"
    "|renewed|registered|filed|set up|set|sorted|completed|confirmed|moved|closed|reserved|applied|switched|"
    "stopped|opened|extended"
    "|upgraded|waived|reversed|put|taken|marked|logged|raised|saved|emailed|texted|posted|shipped|dispatched|"
    "reinstated"
    "|rescheduled|requested|made|covered|connected|restored|frozen|paid|asked|paged|agreed|packed|purchased|"
    "created|played|shared"
    "|adjusted|cleared|matched|escalated|identified|located|found|flagged|ticked|prioriti[sz]ed|scheduled|"
    "assigned|enabled|disabled|resent|reissued|collected|checked in|verified|topped up|placed)"
)
_DO = (
    "(?:send|process|order|book|refund|credit|arrange|issue|cancel|change|update|escalate|make sure|"
    "look into|take care|sort|fix"
    "|get (?:that|this|it|someone|one|a)|follow up|get back|report|connect|transfer|call you|email|text|"
    "have (?:someone|them|her|him|it|that)|replace|ensure"
    "|personally|initiate|submit|set|put (?:you through|you down|that|it|a|in)|ask|fetch|monitor|correct|"
    "rectify|review|note|add|remove|apply|waive|reset|block|post|ship|release|file|raise|log|chase|expedite|"
    "schedule)"
)

MET: tuple[str, ...] = (
    (
        "(?:ive|i have|weve|we have|i just|i|we|thats|that is|its|it is|theyre|now|been|is now|are now|has|have|"
        f"got|payment|she|he|they|youre|you are|all) (?:\\w+ ){{0,3}}{_DONE}"
    ),
    (
        f"^{_DONE}|^(?:yes|of course|sure|certainly|absolutely) (?:you can|thats (?:possible|fine|no problem)|"
        "we (?:do|can|have)|it (?:does|is|will)|i can)|(?:your|the|it|thats|that|its|everything|line|account|"
        "payment|transfer|order|policy) (?:\\w+ )?(?:is|has|are|have) (?:now |just |already |all |"
        "been )*(?:gone through|back|up|open|active|live|in|fixed|working|ready|arrived|shipped|covered|free|"
        "normal|fine)|(?:unlocked|attached|reported|handed in|honour|honor|waive)|heres? (?:is )?your|try (?:it |"
        "that )?now|let me (?:transfer|connect|pass|put) you|(?:policy|warranty|plan|insurance) covers|"
        "go to \\w+ then|(?:code|number|password|reference) is|on the van|(?:should|will) (?:work|restart|do it)"
    ),
    (
        "(?:youll|you will|you should|you can expect|you are|youre) (?:\\w+ ){0,3}(?:get|receive|see|have|be|"
        "hear|land|covered|good to go|leaving|all set|set)"
    ),
    (
        "(?:will|ll|should|shell|hell|theyll|itll|someonell|is going to|are going to) (?:\\w+ ){0,3}(?:arrive|"
        "be (?:\\w+ )?(?:sent|there|with you|delivered|refunded|credited|processed|available|live|back|on|fixed|"
        "posted|emailed|ready|done|closed|called|in touch|put|read)|ship|call you|ring you|ring your|come|go out|"
        "work|reply|meet)"
    ),
    (
        "on (?:its|their|the|his|her) way|all set|all done|good to go|that should do|enjoy|confirmation (?:email|"
        "number|code|is)|reference (?:number )?is|tracking number is|has been|have been|connecting you|"
        "passing you|adding (?:him|her|that)|ill pass you|putting you through|sending (?:out|you|it)|"
        "consider it done|its covered|starts? (?:on|at)|ships? tomorrow|done and dusted"
    ),
    f"(?:ill|i will|we will|well|i can|we can|id be happy to|happy to|going to) (?:\\w+ ){{0,3}}{_DO}",
)
"""An agent says that it is done, on its way or will be done."""

REFUSED: tuple[str, ...] = (
    (
        "cant|cannot|could not|couldnt|not able|unable|(?:wont|wasnt|werent|isnt|arent) (?:be )?able|(?:it|that|"
        "system|computer|they|he|she|i|we|which|number) wont|will not be (?:able|possible)"
    ),
    (
        "(?:i|we|they) (?:dont|do not) (?:do|have|know|offer|speak|transfer|accept|deal|handle|allow|give|see|"
        "cover|support|provide|make|refund|really know|take)"
    ),
    (
        "unfortunately|not possible|impossible|isnt possible|not available|unavailable|out of stock|sold out|"
        "fully booked|discontinued|back ?order|too late|no longer"
    ),
    (
        "no (?:longer|way|refunds?|repair|record|idea|managers?|one available|slots|appointments|availability|"
        "exceptions|stock|supervisors?)|^no$|^no (?:sorry|im sorry|we|i|sir|madam|not|its|thats)|theres no|"
        "there is no|there are no|there (?:isnt|arent|wasnt) (?:a|any|one)|(?:nobody|no one|none) (?:can|is|will|"
        "here|there|available|free)|all (?:our|the) (?:\\w+ )?(?:agents|lines|advisers|advisors|"
        "colleagues) (?:are )?busy"
    ),
    (
        "nothing (?:i|we|more|else|sooner|further|on|here|left|until|before|at|available|free|to be done)|"
        "theres nothing|there is nothing|(?:not|isnt|thats not) something (?:i|we)|no other"
    ),
    (
        "(?:policy|rules?|terms|system) (?:is|are|does|states|says|say|doesnt|wont)|our policy|(?:thats|this is|"
        "it is|its) (?:just )?(?:the|our|your|how|a different|another) (?:\\w+ )?(?:procedure|policy|rules?|"
        "decision|choice|way it|it is|it works|department)|terms (?:and conditions|you)|in the terms|"
        "not (?:allowed|permitted|eligible|given|valid|refundable|covered|authorised|entitled|at this time|"
        "without|until|before|yet)|not (?:my|our) (?:department|responsibility|problem|fault|area)|"
        "non refundable|arent given|how it is$"
    ),
    (
        "declined|rejected|refused|failed|went wrong|could not be|couldnt be|didnt go through|not successful|"
        "unsuccessful|was an error|encountered|(?:showing|shows|says|saying|giving|gives) (?:me )?(?:an |"
        "the same |still )?(?:error|pending|invalid)|still (?:says|shows|showing|saying|pending|down|not)|"
        "not working either|doesnt work either|never seen (?:that|this)|(?:not|isnt|wasnt|hasnt been|havent|"
        "never) (?:\\w+ )?(?:covered|included|marked|scanned|recorded|registered|received|approved|authorised|"
        "accepted)"
    ),
    (
        "dont know|dunno|cant say|unknown|not sure|not (?:through|by|on|over|via|from|in) (?:chat|here|this|"
        "phone|email|the phone)|outside (?:the|our|of)|(?:fee|charge|decision|penalty|price|answer|fine|it|"
        "that) (?:still )?stands|(?:is|are) (?:valid|correct|final)$|(?:is|will be|be) the same$|same answer"
    ),
    (
        "(?:youd|you would|youll|you will|you) (?:just )?(?:have to|need to|must) (?:go|call|contact|write|speak|"
        "visit|send|wait|ring|take (?:that|it|this) up|come|ask|email)|(?:wait|please wait) and (?:see|check|"
        "try)|(?:all|the only thing) you can do|try (?:again|later|a different|another|you|calling|ringing|back)|"
        "all i can (?:suggest|say|do)|^noted|(?:like|as) i (?:already |just )?(?:said|told|explained|mentioned)|"
        "i (?:have )?(?:already|just) (?:told|explained|said)|maybe they|perhaps they|when they have time|"
        "(?:take|taking|go) (?:it |this )?any further|only tell you the same|(?:end|ending|close|"
        "closing) (?:this|the) (?:chat|call)|chat (?:is )?(?:closed|ends|ended|will)|still on the line"
    ),
    (
        "(?:take|taking|need to take) (?:that|it|this) up with|(?:can|could|we|it|that|offer|they) only (?:speak|"
        "applies|apply|for|available|valid|do|deal|talk|accept|if|be)|in person|come (?:in|into|to) (?:the|a|our|"
        "your) (?:branch|shop|store)|expired|(?:run|ran) out|out of warranty|out of (?:my|our) hands|(?:is|been|"
        "was) lost|gone missing|(?:marked|shows?|showing|says?|recorded) (?:it )?as (?:\\w+ )?(?:delivered|"
        "received|complete|paid|used|closed)|(?:you )?should have|must have (?:entered|typed|pressed|done|missed|"
        "been)|(?:problem|fault|mistake|error|issue) (?:is|must be|is probably|lies) (?:on|with|at) your|(?:note|"
        "noted|record|pass on|forward) your (?:comments?|feedback|complaint|concerns?)|your (?:comments?|"
        "feedback|concerns?) (?:has|have|is|are|will)|thank you for your feedback|(?:you can|you could|"
        "youre welcome to|feel free to|please) (?:write|complain|appeal|put it in writing|send a letter)"
    ),
)
"""An agent says no, that it failed, or that they do not know."""

CLOSED: tuple[str, ...] = (
    (
        "have an? (?:\\w+ )?(?:day|one|evening|weekend|night|week|afternoon|morning)|goodbye|bye|take care|"
        "thank you for (?:calling|contacting|choosing|your|flying|being|using|reaching|shopping)|"
        "thanks for (?:calling|ringing|contacting|your|using|reaching|getting)|anything else|something else|"
        "anything more|youre (?:very |most )?welcome|(?:was|is) that everything|my pleasure|no problem|"
        "happy to help|glad (?:i|we|to)"
    ),
)
"""An agent closes, or asks whether there is more."""

OFFERED_MORE: tuple[str, ...] = (
    (
        "(?:anything|something|what) (?:else|more)|(?:was|is) that (?:everything|all)|further (?:help|assistance|"
        "questions)|other (?:questions|help|assistance)|(?:help|assist) (?:\\w+ )?(?:with|you with) (?:anything|"
        "something)"
    ),
)
"""An agent offers more help."""

ASKED: tuple[str, ...] = (
    (
        "(?:can|could|would|will|may|might|do|does|did|is|are|was|have|has|should|shall) (?:you|i|we|it|there|"
        "the|my|they|that|this|he|she|your|someone|somebody)|cant you"
    ),
    (
        "(?:i|we) (?:\\w+ ){0,2}(?:need|want|wanted|wanna|would like|wish|require|am looking|was wondering|"
        "wonder|was hoping|am trying|have been trying|tried|cant|couldnt|dont understand|lost|forgot)|(?:id|"
        "wed) like|im looking|im trying|(?:calling|ringing|phoning|writing|contacting|here|"
        "chatting) (?:you )?(?:about|because|to|regarding|as|for)|looking (?:for|to|at)|help|please|need|want"
    ),
    (
        "how (?:do|can|much|long|many|does|is|come|about|would)|what (?:is|are|time|does|do|about|happens|"
        "happened|if)|whats|wheres|whens|hows|when (?:is|do|will|does|are|can)|where (?:is|do|can|are)|why|which|"
        "who (?:do|can|would)|any (?:chance|idea|way)"
    ),
    (
        "(?:not|isnt|wont|hasnt|doesnt|didnt|havent|arent|cant|stopped|never|still|no) (?:\\w+ ){0,2}(?:work|"
        "working|arrived|arrive|received|come|came|turn|load|open|show|charging|charge|connect|here|there|let|"
        "pair|been|get|got)|problems?|issues?|trouble|broken|broke|missing|wrong|damaged|cracked|leaking|late|"
        "delayed|error|locked out|charged|overcharged|blocked|declined|rejected|hacked|stolen|lost|complain|"
        "complaint|cancel|cancelled|refund|replace|return|book|change|order|transfer|check|find|get me|set|make|"
        "play|search|show me|tell me|disappointed|hold on (?:a|my)"
    ),
)
"""A customer asks for something, or reports what is wrong."""

SMALL_TALK: tuple[str, ...] = (
    (
        "how are you|is this on|is (?:anybody|anyone|somebody) (?:there|around)|can you hear|how do you do|"
        "hows it going|are you there"
    ),
)
"""A customer's question that asks for nothing."""

ONLY_TELLING: tuple[str, ...] = (
    (
        "(?:just|only) (?:(?:wanted|calling|ringing|phoning|want|wanna|writing|here|a quick message|"
        "a message) (?:\\w+ )?(?:to |for )?(?:say|mention|tell|let you know|let them know|thank|report|the)|"
        "thought (?:\\w+ )?(?:you should know|youd like|id (?:say|tell|mention|let you))|to (?:say|let you know|"
        "thank))|no question|no need to (?:ring|call)|(?:only|just) so you know|thought (?:id (?:let|tell|say|"
        "mention|share)|you should know|youd (?:like|want))|not a problem this time|told me to ring|"
        "wanted to (?:say|thank|tell|pass on)"
    ),
)
"""A customer says that they only tell something."""

AGREED: tuple[str, ...] = (
    (
        "thats (?:all|it|everything|fine|great|good|perfect|okay|ok|right|brilliant|lovely|me)|that is (?:all|it|"
        "everything|fine|great|good|perfect)|that works|works for me|sounds good|no thank you|no thanks|nope|"
        "all good|sorted|got it|understood|will do|yes please|no problem|no worries|go on then|"
        "do that|ok|okay|alright|fine|great|perfect|lovely|super|cool|brilliant|good|thanks|thank you|cheers|ta|"
        "excellent|wonderful|thatll do|i see|right|yep|yeah|yes|it does|its working|it works|fantastic|amazing|"
        "awesome"
    ),
)
"""A customer takes what was said, or closes."""

GAVE_UP: tuple[str, ...] = (
    (
        "oh well|never ?mind|(?:what a|thats a|such a|a) (?:shame|pity)|shame|not to worry|forget (?:it|about it)|"
        "(?:ill|i will|i guess ill|well|i suppose ill|then ill|guess ill|have to|i might) (?:\\w+ ){0,2}(?:try|look|ask|go|"
        "find|check|buy|get (?:it|one)|ring|call|come|do it) (?:\\w+ ){0,2}(?:elsewhere|somewhere else|someone else|"
        "somebody else|another (?:day|time|place|shop|store|one)|again|later|back|tomorrow|next week|myself|around|"
        "online|them)|ill (?:leave it|manage|live with it|have to wait|just wait|wait then|sort it myself|pass)|"
        "leave it (?:then|there|for now)|maybe (?:another time|next time|later|some other time)|another time then|"
        "no luck|that wont work|doesnt work for me|not much use|im not going to bother|wont bother|"
        "(?:id|i would|ill) rather not|too (?:late|expensive|much|far|long)(?: for me| then|)|not what i (?:wanted|needed|was after)"
    ),
)
"""A customer lets it be."""

CONFIRMED: tuple[str, ...] = (
    (
        "(?:it|that|they|its|thats|theyre|everything|now its|all) (?:\\w+ )?(?:works|worked|working|fixed|sorted|"
        "back on|back up|gone through|went through|come through|came through|arrived|fits|did it|does it|"
        "did the trick|done the trick|white|green|loaded|loading)|works (?:now|fine|perfectly)|all sorted|"
        "thats (?:better|sorted|done)|i (?:can )?(?:see|hear) (?:it|them|that)(?: now)?|(?:ive )?got (?:it|them|"
        "the \\w+) now|found (?:it|them)|im in|its (?:through|in|here|done|connected|paired|up)"
    ),
)
"""A customer says that it is as it should be."""

LEFT: tuple[str, ...] = (
    (
        "(?:hung|hangs|hanging) up|disconnected|left the (?:chat|call|conversation)|(?:ended|ends|abandoned|"
        "dropped) the (?:call|chat)|call (?:dropped|ended|lost)"
    ),
)
"""A note says that somebody left."""

UNFINISHED: tuple[str, ...] = (
    (
        "(?:by|if|an?|the|to|and|of|for|would|be|is|are|at|with|on|in|my|your|our|that|its|im|ill|ive|i|we|"
        "they|but|or|so|because|from|his|her|their|this|can|could|will|was|were|as|than|then|about|into|not|have|"
        "has|had|when|while|until|let)$"
    ),
)
"""A turn breaks off: nobody ends on such a word."""

INFORMS: tuple[str, ...] = (
    "you can (?:\\w+ )?(?:try|contact|call|reach|find|use|get|pick|collect|order|book|pay|choose|see|go|do)",
    (
        "(?:its|it is|thats|that is|theres|there is|there are|we have|weve got|they have|youre|you are|you have|"
        "is|are|takes?|costs?|closes?|opens?|comes?|leaves?|covers?|includes?|has|ends?|starts?|arrives?|runs?|"
        "goes|works?|means|shows?|serves?|served|fits?) (?:\\w+ ){0,5}(?:\\d+|one|two|three|four|five|six|seven|"
        "eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
        "hundred|thousand|half|quarter|noon|midnight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
        "january|february|march|april|may|june|july|august|september|october|november|december|today|tomorrow|"
        "tonight|free|included|pounds?|dollars?|euros?|percent|days?|weeks?|hours?|minutes?|yes|fine|okay|"
        "available|open|closed|possible|stock)"
    ),
    "^(?:yes|yeah|yep|correct|exactly|right|it does|it is|they do|we do|that one|the)",
)
"""An agent gives a piece of information."""

OFFERS: tuple[str, ...] = (
    (
        "but (?:i|we|you|they|there|if|the|our|what|it)|instead|however|alternatively|otherwise|what i can do|"
        "(?:next|earliest|nearest|closest|other|another|only) (?:\\w+ )?(?:slot|date|time|day|one|option|branch|size|"
        "colou?r|flight|train|room|appointment|available)|(?:would|do) you (?:like|want|prefer) (?:me to|to|that|the|one|us)|"
        "shall i|should i|i could|we could|you could|how about|what about|i can (?:\\w+ )?(?:offer|give|send|put|book|"
        "ask|check|try|take|open|add|make|set|arrange|order|see|email|call|get)|if you (?:like|want|prefer)"
    ),
)
"""An agent offers another way."""

INQUIRES: tuple[str, ...] = (
    (
        "^(?:and |so |okay |ok |right |sure |great |perfect |thanks? |thank you |alright |lovely |sorry |"
        "\\w+ )?(?:can|could|would|will|may|might|do|does|did|is|are|was|were|have|has|shall|what|whats|which|"
        "who|whos|when|where|wheres|how|hows|why) (?:\\w+ )?(?:you|i|we|it|that|your|the|this|there|any|anything|"
        "name|number|address|date|colou?r|kind|type|much|many|long)|please confirm|confirm (?:that|this|the|"
        "your)|(?:your|the|a|what) (?:full |first |last |order |account |phone |policy |reference |tracking |"
        "customer |booking |post ?code |zip |date of |email )+(?:name|number|address|birth|code|please)?$|"
        "(?:right|correct|okay|yes)$"
    ),
)
"""An agent asks."""

THANKS: tuple[str, ...] = ("thank you|thanks|thank|cheers|appreciate|grateful|bless",)
BYE: tuple[str, ...] = (
    "bye|goodbye|see you|see ya|cheerio|ta ra|have a (?:\\w+ )?(?:day|one|evening|weekend|night)|you too",
)
SOUNDS: tuple[str, ...] = ("sounds?",)
"""A customer speaks of how a proposal sounds, which is no irony."""

AGENT_SAYS = Kinds(
    {
        "met": MET,
        "refused": REFUSED,
        "informs": INFORMS,
        "inquires": INQUIRES,
        "closed": CLOSED,
        "offered more": OFFERED_MORE,
        "unfinished": UNFINISHED,
        "left": LEFT,
        "offers": OFFERS,
    }
)
CUSTOMER_SAYS = Kinds(
    {
        "asked": ASKED,
        "small talk": SMALL_TALK,
        "only telling": ONLY_TELLING,
        "agreed": AGREED,
        "confirmed": CONFIRMED,
        "gave up": GAVE_UP,
        "thanks": THANKS,
        "bye": BYE,
        "sounds": SOUNDS,
    }
)
