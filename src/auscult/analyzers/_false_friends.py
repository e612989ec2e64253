"""What only looks like a feeling (no worries, good morning, how good is it), in English."""

from auscult.analyzers._cue import FalseFriend

FALSE_FRIENDS: tuple[FalseFriend, ...] = (
    FalseFriend(
        "no worries|not to worry|dont worry|not worried|nothing to worry|no worry|not too worried|not a worry",
        ("worried", "risk"),
    ),
    FalseFriend(
        (
            "awful lot|awfully (?:kind|nice|good|sweet|helpful)|terribly (?:kind|nice|good|sorry)|not (?:so |too |"
            "that )?(?:bad|terrible|awful)|sounds (?:painful|awful)"
        ),
        ("awful",),
    ),
    FalseFriend(
        (
            "(?:sorry|silly|stupid|daft|dumb|quick) (?:\\w+ )?question|(?:rubbish|trash|garbage) (?:bin|bins|"
            "collection|bag|bags|removal|truck|can|day|pickup|disposal)|(?:collect|collection of|put out|take out|"
            "empty) (?:the )?(?:rubbish|trash|garbage)|im (?:rubbish|hopeless|useless) (?:with|at)"
        ),
        ("rubbish",),
    ),
    FalseFriend(
        (
            "not (?:so |very |that |too |really |all that |exactly |particularly |at all |even )*(?:great|good|nice|"
            "cool|helpful|fine|happy|pleased|glad|better|fixed|sorted|kind|impressed|amazing|wonderful|brilliant|"
            "excellent|satisfied|excited)|(?:isnt|wasnt|arent|werent|doesnt|didnt|dont|never|no|hardly|cant|cannot|"
            "wont|without) (?:\\w+ )?(?:great|good|nice|cool|helpful|fine|happy|pleased|glad|better|fixed|sorted|"
            "kind|impressed|amazing|love|help|working|works|worked|work|helped|enjoy)|(?:isnt|doesnt|didnt|not|never|"
            "hasnt|wasnt) (?:\\w+ )?(?:work|worked|working|works|help|helped|helpful)|unhappy|unhelpful|no good"
        ),
        ("good", "happy", "great", "so helpful", "love", "you were", "wow"),
    ),
    FalseFriend(
        (
            "(?:if|when|once|until|till|would be|could be|would have been|might be|hope|hoping|want|wanted|like|need|"
            "should be|id be|ill be|would|will) (?:\\w+ ){0,5}(?:great|good|nice|happy|glad|helpful|fixed|sorted|"
            "better|works|worked|working|brilliant|amazing|wonderful|perfect|lovely|fantastic|excellent|awesome)|"
            "(?:good|great|nice|lovely|wonderful|fantastic|brilliant|excellent|beautiful) (?:morning|afternoon|"
            "evening|day|night|weekend|one|week|rest|time|holiday|trip)|you too|same to you|too good|"
            "so good (?:morning|afternoon)|for good|as good as|good (?:condition|money|customer|reason|enough|point|"
            "price|deal|time|while|as|bye)|goodbye|(?:looking for|find|found|want|need|something|somewhere|anything|"
            "any|some|a|another) (?:\\w+ )?(?:good|nice|great|cheap|fun|interesting|excellent)|pretty (?:sure|much|"
            "bad|poor|awful)|how (?:good|great|nice|easy|quick|fast|helpful) (?:is|are|will|would|does|do|was)|"
            "is it (?:good|nice|any good|fun|easy)"
        ),
        ("good", "happy", "great", "love"),
    ),
    FalseFriend(
        (
            "(?:is|are|was|were|did|do|can|could|would|will) (?:you|it|that|they|this|he|"
            "she) (?:\\w+ ){0,3}(?:helpful|kind|help|nice|good|great|better|happy|fixed|sorted|understanding)|"
            "you (?:can|could|guys can|will|would|cant|cannot|dont|didnt|wont|arent|were not|are not|not|never|"
            "havent|said|told) (?:\\w+ ){0,5}(?:help|helpful|good|great|nice|best|quick|understanding|professional|"
            "kind|patient)|thats you|you (?:\\w+ )?help (?:me|us|with|to|my|out|him|her)|your (?:best|help|great|"
            "good|kind) ?(?:price|deal|offer|rate|advice|me|option|desk|line|page|centre|center)?"
        ),
        ("you were",),
    ),
    FalseFriend(
        (
            "(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth) (?:of|floor|street|avenue|line|digit|"
            "letter|character|box|option|one|month of|day of|person on|visit is|bill is)|(?:my|a|the|our|"
            "for) second (?:\\w+ )?(?:car|ticket|room|order|item|one|half|part|hand|parcel|box|card|phone|account|"
            "home|bag|person|attempt|line|email|month|visit|appointment|week|bill|letter|day|child|message|driver|"
            "passenger|call)|(?:first|last) and (?:second|third)|week of"
        ),
        ("nth",),
    ),
    FalseFriend(
        (
            "no need (?:to|for)|happy to wait|dont mind waiting|i can wait|ill wait|thanks for waiting|"
            "thank you for waiting|waiting for (?:you|the (?:email|code|text|screen|page)|it to load|my turn)|"
            "how long (?:does it|will it|is|do|are|would)|how long does it (?:usually )?take|wait (?:a|"
            "one) (?:minute|second|sec|moment)|long (?:street|road|lane|term|distance|haul|number)|waiting (?:list|"
            "room)|hold (?:on )?a|is waiting"
        ),
        ("waiting",),
    ),
    FalseFriend(
        (
            "still (?:there|here|the same (?:address|email|number)|need|want|have|possible|available|open|in|on|"
            "valid|active|works?|under|within|able|time|interested|live)|are you still there|am i still|is it still|"
            "do you still|can i still|yes still"
        ),
        ("still",),
    ),
    FalseFriend(
        (
            "(?:cross|crossed|crossing) (?:the|street|road|check|platform|over|country|roads|city|body|border)|"
            "red cross|blue cross|mad(?:e|am|ison|rid)"
        ),
        ("annoyed",),
    ),
    FalseFriend(
        (
            "no (?:problem|hurry|rush|bother|trouble|fuss)|never ?mind (?:thanks|thank|thats|its|i|ive|that|found)|"
            "(?:thats|that is|that will be|thatll be|is that|and is that|i think thats|was that) (?:it|all)(?: i|"
            " that| for| thanks| thank| from| then| today| right| include| including| ok| okay| you need| i need|)|"
            "is that all (?:right|ok|okay|you need|included)|is that it (?:for|then|thanks)"
        ),
        ("pointless",),
    ),
    FalseFriend(
        (
            "excuse me (?:can|could|please|i|do|is|may|sorry|for|one|just)|come on (?:in|over|sunday|monday|tuesday|"
            "wednesday|thursday|friday|saturday|the|a|at)|comes on|came on|have come on|what time about|"
            "about time(?:s|d)"
        ),
        ("come on",),
    ),
    FalseFriend(
        "risk (?:free|assessment|profile|level|rating|tolerance)|(?:concern|concerns) (?:about|regarding|with)",
        ("risk",),
    ),
    FalseFriend(
        (
            "(?:poor|bad) (?:signal|reception|connection|line|girl|boy|thing|kid|lad|lass|eyesight|credit|condition|"
            "hearing|health|quality)"
        ),
        ("charged",),
    ),
    FalseFriend(
        (
            "(?:five|5|one|1|two|2|three|3|four|4) stars? (?:hotel|hotels|restaurant|rated|rating|place|resort|room|"
            "review and|property)|best (?:price|rate|way|time|deal|option|number|route|one|day|before|place|western|"
            "buy|method|regards|of luck|wishes|practice|seller|person|plan|thing to do|email|if|to|for)|(?:what|"
            "whats|which|where|wheres|who|whos|the|your|is the|my|at|its) best"
        ),
        ("five stars",),
    ),
    FalseFriend(
        (
            "great (?:britain|western|northern|yarmouth|street|grandmother|grandson|aunt|uncle)|excellent condition|"
            "amazing grace"
        ),
        ("great",),
    ),
    FalseFriend(
        "not right (?:now|away|at|this)|not just now",
        ("unhappy", "unfair"),
    ),
    FalseFriend(
        (
            "(?:if|when) (?:it|that|this|they|i|you|we) (?:\\w+ ){0,3}(?:overcharged|hung up|cut off)|"
            "cut off (?:date|time|point)|never (?:been (?:easier|better|happier|so)|got (?:the )?chance|had)"
        ),
        ("charged",),
    ),
    FalseFriend(
        "hell of a (?:deal|job)|hells (?:kitchen)|what the hell go on|damn (?:good|fine|right)",
        ("swearing", "awful"),
    ),
    FalseFriend(
        (
            "crazy (?:good|fast|busy)|insane(?:ly)? (?:good|fast)|unbelievable (?:thank|thanks|service|how (?:quick|"
            "fast|good|kind))|thats unbelievable thank"
        ),
        ("unbelievable",),
    ),
    FalseFriend(
        (
            "(?:would|id|wed|ll|dont|not|cant) (?:\\w+ )?appreciate|appreciate (?:it|that|this) (?:if|when|could)|"
            "appreciate (?:it|that|this|your \\w+) but"
        ),
        ("appreciation",),
    ),
    FalseFriend(
        "sorry to (?:say|bother|hear|keep|trouble|interrupt)",
        ("upset",),
    ),
)
