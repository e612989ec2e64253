"""How a conversation says what it is about, in English (patterns of ``_phrases``)."""

REQUESTS: tuple[str, ...] = (
    (
        "(?:i|we) (?:\\w+ ){0,2}(?:need|want|wanted|wanna|would like|wish|require|prefer|was wondering|am wondering|"
        "was hoping|hope|am looking|was looking|am trying|was trying|have been trying|am interested|was told|"
        "have a question|got a question|have an? (?:\\w+ )?(?:question|enquiry|inquiry|request))|(?:id|wed) (?:like|love|"
        "prefer|appreciate)|im (?:looking|trying|hoping|interested|wondering|after|calling|ringing|phoning|writing|"
        "planning)|ive got a question"
    ),
    (
        "(?:can|could|would|will) (?:you|i|we|someone|somebody|it) (?:please |maybe |just )?(?:\\w+)|is it possible|is there "
        "(?:a|an|any) (?:way|chance)|would it be possible|may i|please (?:\\w+ )?(?:help|cancel|change|send|close|book|"
        "find|check|update|refund|replace|transfer|add|remove|reset|call|explain|tell|search|make|look|stop|move|give)|"
        "help me|need help|help with"
    ),
    (
        "how (?:do|can|would|does|should|much|many|long|come) (?:i|we|you|it|is|are|does|do|will|would|the|my)|what (?:is|are|"
        "time|does|do|happens|happened|would|kind)|whats (?:the|my|your|going)|where (?:is|are|do|can)|wheres|"
        "when (?:is|do|will|does|are|can)|why (?:is|are|was|were|did|do|have|has|cant|isnt|am)|do you (?:have|know|offer|sell|"
        "do|deliver|take|accept)|are you (?:open|able)|does (?:it|the|my|your)"
    ),
    (
        "(?:calling|ringing|phoning|writing|contacting|here|chatting|reaching out) (?:you )?(?:\\w+ )?(?:about|because|to|"
        "regarding|as|for|in regards)|its about|its regarding|to (?:cancel|return|complain|report|order|book|change|ask|"
        "check|pay|make a claim|file a claim)|wanted to (?:say|thank|tell|pass|let|report|ask)"
    ),
)
"""What a customer asks for, or has come for."""

DETAILS: tuple[str, ...] = (
    (
        "^(?:its|it is|thats|my|the|sure|yes|yeah|okay|number|account|order|date|address|email|zip|post|phone|\\d)? ?(?:\\w+ ){0,4}"
        "(?:number|name|email|address|birth|birthday|code|postcode|zip|digits|reference|id|pin) (?:is|its|was|of)|"
        "my (?:full |first |last |maiden |account |order |phone |card |policy |customer |email |home )*(?:name|number|email|"
        "address|id|postcode|zip code|date of birth|birthday)(?: is|s)?|(?:double|oh|zero|one|two|three|four|five|six|seven|"
        "eight|nine|\\d+) (?:double|oh|zero|one|two|three|four|five|six|seven|eight|nine|\\d+) (?:double|oh|zero|one|two|"
        "three|four|five|six|seven|eight|nine|\\d+)|at (?:\\w+ )?dot com|example com|email com|nice to meet you|how are you|"
        "doing (?:well|good|fine)|is this (?:on|a|the)|anybody there|anyone (?:there|around)|can you hear me"
    ),
)
"""What says who somebody is, and nothing of what they want."""

PURPOSES: tuple[str, ...] = (
    (
        "(?:calling|ringing|phoning|writing|contacting|reaching out|in touch|getting in touch|here|messaging) (?:you )?(?:\\w+ )?"
        "(?:about|because|to|regarding|as|for|with|in regards)|reminder|courtesy call|follow(?:ing)? up|just (?:to|a)|"
        "wanted to|want to|let you know|offer(?:ing)?|survey|would you rate|checking in|confirm|your (?:\\w+ ){1,3}(?:is|are|has|"
        "have|will|was|starts?|expires?|ends?)"
    ),
)
"""Why an agent calls."""

COURTESIES: tuple[str, ...] = (
    (
        "enjoy|youre (?:very |most )?welcome|glad (?:i|we|to)|happy to help|my pleasure|feedback is|take care|wishing|"
        "bear with me|one moment|let me (?:check|look|see|pull)|(?:i can|id be happy to|ill be happy to|i will gladly) help"
    ),
)
"""What an agent says to be polite, or while they look."""
