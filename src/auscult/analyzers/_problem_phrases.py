"""What customers say when something went wrong, in English (patterns of ``_phrases``): loss, fault, failure, harm.

How it feels stands in ``_anger_phrases`` and ``_trouble_phrases``; here is what happened, however calmly it is told.
"""

_MINE = "(?:my|our|the|a|an|this|that|his|her|your|their|both|some|two|these|those)"
_THING = "(?:\\w+ ){0,3}"
_NOT = (
    "(?:not|never|isnt|arent|wasnt|werent|aint|doesnt|dont|didnt|hasnt|havent|hadnt|wont|wouldnt|cant|cannot|can not|"
    "couldnt|no longer|does not|do not|did not|has not|have not|is not|will not|would not|could not|stopped|stops|"
    "unable to|failed to|refuses? to)"
)
_STILL = "(?:even |just |actually |really |seem to |ever |still |yet |been |be |always |properly |able to |let(?:ting)? me |me |it |them )*"
_FAULT = (
    "(?:broken|broke|faulty|defective|damaged|cracked|smashed|shattered|torn|ripped|scratched|stained|bent|warped|"
    "leaking|leaks?|leaky|dripping|flooded|flooding|burst|mould|mouldy|moldy|rotten|stale|mouldering|dead|frozen|"
    "blocked|jammed|stuck|crashed|crashing|crashes|glitchy|unresponsive|offline|out of order|overheating|overheats)"
)
_CHARGE = (
    "(?:charges?|fees?|payments?|transactions?|withdrawals?|debits?|bills?|amounts?|deductions?|orders?|purchases?)"
)
_NEAR_ONE = (
    "(?:wife|husband|mother|father|mum|mom|dad|brother|sister|partner|son|daughter|baby|kid|child|nan|gran|grandmother|"
    "grandfather|friend|dog|cat)"
)

PROBLEMS: tuple[str, ...] = (
    # loss and theft
    (
        f"(?:lost|misplaced|dropped|left) {_MINE} {_THING}(?:card|cards|phone|wallet|purse|bag|keys?|passport|luggage|"
        "suitcase|laptop|licence|license|tickets?|glasses|cheque ?book|checkbook|pin|job|money|baby|dog|cat)|"
        "stolen|stole|robbed|burgled|burglary|mugged|pickpocketed|snatched|theft|cant find (?:my|our|the)|"
        "lost and found|(?:lost|missing|stolen) (?:\\w+ )?(?:card|phone|wallet|bag|luggage|parcel|package|item|"
        "passport|order)|gone missing|went missing|is missing|are missing|was missing"
    ),
    (
        "hack(?:ed|er|ers|ing)|scam(?:med|mer|mers)?|phish(?:ing|ed)|fraud|fraudulent|identity theft|compromised|"
        "unauthori[sz]ed|suspicious|(?:did ?nt|didnt|did not|never|dont) (?:make|made|authori[sz]e|approve|order|recogni[sz]e|"
        "sign up for) (?:it|this|that|them|these|those|any|the|a|one|to)|(?:dont|do not|didnt|cant) recogni[sz]e|"
        "(?:somebody|someone|thieves|a stranger|they) (?:\\w+ )?(?:used|using|accessed|took|spent|opened|withdrew|stole|"
        "hacked|cloned|broke|smashed|hit|parked) (?:\\w+ )?(?:my|into|on|money|our|the)"
    ),
    # it does not work
    (
        f"{_NOT} {_STILL}(?:work|works|working|worked|load|loading|turn on|turning on|switch on|start|starting|charge|"
        "charging|connect|connecting|respond|responding|open|opening|show|showing|showing up|shown up|show up|go "
        "through|going through|gone through|accept(?:ed|ing)?|recogni[sz]e[ds]?|log ?in|log on|sign in|access|get (?:in|"
        "into|on|through|past|any|my|the|it|a|access)|print|printing|sync|pair|heat|heating|cool|cooling|drain|draining|"
        "flush|flushing|spin|spinning|lock|unlock|close|play|download|update|updating|hear|see (?:it|my|the|any)|find "
        "(?:it|my|the|any)|reach|pay|withdraw|verify|receive|match|matching|add up|fit|stay|breathe|sleep|afford|walk)"
    ),
    (
        f"(?:is|are|its|was|were|has|have|got|came|arrived|all|theyre|been|keeps?|kept|my|our|the|it|they|gone|went) "
        f"(?:\\w+ )?{_FAULT}|{_FAULT} (?:screen|glass|item|product|handle|door|window|pipe|tap|parcel|box|card|phone|again)|"
        "broken|faulty|defective|damaged|cracked|smashed|shattered|leaking|flooded|mouldy|moldy|rotten|stale|broke down|"
        "breaks? down|breaking down|fell (?:apart|off|over|down|into|out)|falling apart|came (?:apart|off|loose)|"
        "packed (?:in|up)|conked out|on the blink|playing up|acting up|gone wrong|went wrong|going wrong|on fire|burnt|burned"
    ),
    (
        "(?:keeps?|kept|constantly|always) (?:on )?(?:\\w+ )?(?:dropping|cutting|crashing|freezing|disconnecting|failing|"
        "turning off|going (?:out|off|down|dead|black|blank)|restarting|losing|rejecting|declining|happening|stopping|breaking|buffering|beeping|tripping|"
        "flashing|getting (?:declined|rejected|cut|an error|the same|calls|letters))|error|errors|glitch|bugs?|buffering|"
        "(?:so|very|really|too|super|painfully|extremely|is|its|awfully) slow|cuts? out|drop(?:s|ping)? out|cut(?:ting)? off|"
        "cut me off|no (?:signal|internet|service|power|heating|hot water|water|electricity|connection|sound|picture|gas|"
        "dial tone|reception)|power ?cut|outage|blackout|(?:is|are|was|went|gone|been|goes|s) (?:\\w+ )?down(?: again)?$|"
        "(?:website|site|app|system|internet|line|network|wifi|broadband|server|heating|boiler) (?:is |has |went |s )?(?:\\w+ )?"
        "(?:down|dead|off|out)|locked (?:me |us |myself )?out|(?:is|was|been|are|account|card|got) (?:\\w+ )?(?:locked|"
        "blocked|suspended|frozen|restricted|disabled|deactivated|terminated)"
    ),
    # it did not come, or not right
    (
        f"{_NOT} {_STILL}(?:arrive|arrived|arriving|come|came|coming|turn(?:ed)? up|deliver(?:ed)?|received|shipped|"
        "dispatched|sent|refunded|credited|processed|posted|updated|happened|fixed|sorted|resolved|repaired|replaced|"
        "collected|called|rung|answered|replied|responded|told|heard|paid|get paid|got paid|here|there|ready|reflected|included)|"
        "(?:never|hasnt|havent|has not|have not|didnt|did not|still no) (?:\\w+ )?(?:refund|reply|answer|response|sign|"
        "delivery|parcel|order|call|callback|email|confirmation)|still (?:waiting|no|hasnt|havent|not|dont|isnt|doesnt|"
        "didnt|cant|pending|missing)|(?:is|are|was|were|s|days|weeks|running|arrived|came|already|its) (?:\\w+ )?(?:late|overdue|"
        "delayed)|delay(?:ed|s)? (?:again|by|with|in|on|without)|long overdue|supposed to (?:be|arrive|come|have|get)|"
        "should have (?:been|arrived|come|had|got)|no ?show|(?:nobody|no one|noone) (?:\\w+ )?(?:came|called|calls|rang|"
        "answers|answered|replied|replies|picks|turned|showed|has|knows|tells|told|is helping|helps)"
    ),
    (
        "(?:has|have|had|got|sent|sends?|gave|given|received|delivered|put|with|shipped|brought|charged|sold) (?:me |us |him |her |them )?"
        "(?:the |a |an )?(?:wrong|incorrect|completely different)|(?:came|arrived|delivered|left|turned up|showed up) (?:\\w+ )?"
        "without (?:the|my|a|any|its|our)|"
        "(?:wrong|incorrect) (?:\\w+ )?(?:item|items|size|colou?r|order|one|thing|address|name|amount|date|product|part|"
        "model|bill|price|account|person|card|charge|details|food|meal|information|room|tablets|medication|day|time|"
        "invoice|reading|rate|tariff|plan|train|flight|seat)|(?:is|are|was|were|went|something|somethings|looks|seems|"
        "charged|clearly|totally) (?:\\w+ )?(?:wrong|incorrect|missing|short|out)|incorrectly|by mistake|in error|"
        "without (?:my |our )?(?:permission|consent|notice|asking|telling|warning|any)|(?:nothing like|not (?:what|the one|as)) "
        "(?:i|we|it|was|the|described|advertised|pictured)|instead of (?:the|what|a|an|my)|(?:one|some|half|part|two|three) "
        "(?:of (?:the|my|them|our) )?(?:\\w+ )?(?:is|are|was|were)? ?missing|empty box|box was empty|half empty|too "
        "(?:small|big|tight|loose|short|long) (?:for|on|and|so)|doesnt fit|dont fit"
    ),
    # money
    (
        f"(?:double|extra|duplicate|unknown|strange|weird|odd|unexpected|hidden|random|additional|mystery|late|wrong|second|"
        f"surprise|suspicious|unexplained|disputed) (?:\\w+ )?{_CHARGE}|(?:charged|billed|debited|paid|taken|took) (?:me |us |"
        "my account |my card )?(?:\\w+ )?(?:twice|double|again|too much|extra|more|wrong|for (?:something|nothing|an? \\w+ i)|"
        "two times|three times|without|even)|over ?charged?|over ?charging|over ?billed|short ?changed|out of pocket|"
        "(?:why|how come) (?:\\w+ ){0,3}(?:charged|charging|charge|billed|paying|higher|more|increased|gone up|so high|"
        "declined|rejected|blocked|refused|taken|different)|(?:gone|went|going|shot) up (?:by|again|from|to|without|so)|"
        "doubled|tripled|(?:higher|more|less|lower) than (?:i|we|expected|usual|normal|quoted|agreed|last|advertised|it)|"
        "(?:way|far|much) too (?:much|high|expensive|late|long)|dispute (?:a|the|this|my|an|some)|disputing|"
        "dont owe|money (?:\\w+ )?(?:gone|missing|disappeared|taken|back)|fined|penalty|bounced"
    ),
    (
        "(?:was|were|been|got|is|gets?|being|card|payment|application|claim|transfer|request|it|have) (?:\\w+ )?(?:declined|rejected|"
        "refused|denied|turned down|returned|reversed|reverted|cancell?ed (?:on|without|again|my|our)|swallowed|retained|"
        "knocked back)|(?:declined|rejected|swallowed|kept|ate|refused|cancell?ed|lost|damaged|ruined|forgot|missed|deleted|"
        "closed|blocked|crushed) (?:my|our) |(?:flight|train|booking|reservation|order|appointment|delivery|class|event|"
        "concert|trip) (?:\\w+ ){0,2}(?:cancelled|canceled|delayed|overbooked|double booked|lost)|youve cancelled|you cancelled|"
        "they cancelled|overbooked|double booked|missed (?:my|our|the) (?:\\w+ )?(?:flight|connection|train|appointment|"
        "delivery|deadline|wedding|interview|call|collection|bus)|evict(?:ed|ion)|debt collectors?|bailiffs?|in arrears"
    ),
    # a problem by its name
    (
        "(?:a|an|the|this|that|same|another|some|any other|huge|with|having|have|had|got|real|serious|massive|slight|of|"
        "my|main|our|is|are|were|was|keep having|such|more|these|no end of|been) (?:\\w+ )?(?:problems?|issues?|"
        "trouble|troubles|difficult(?:y|ies)|hiccups?|mix ?ups?|mess|hassle|emergency|complaints?|concerns?|dispute|"
        "nightmare|disaster)|(?:problem|issue|trouble|difficulty) (?:with|getting|logging|connecting|paying|using|in)|"
        "complain|complaining|complaint|mixed up|messed up|screwed up|stuffed up|concerned|concerns me|bothering me|"
        "inconvenien(?:t|ce|ced)"
    ),
    # waiting, and being sent round
    (
        "(?:been )?(?:waiting|waited|on hold|holding) (?:\\w+ )?(?:for|since|on|over|nearly|almost|an|two|three|four|five|"
        "all|ages|so|weeks|days|hours|months)|(?:second|third|fourth|fifth|nth|2nd|3rd|4th) time (?:i|ive|im|weve|this|that|"
        "we|calling|today|in a row|now)|(?:called|rang|rung|phoned|emailed|asked|told|written|tried|contacted) (?:\\w+ )?(?:twice|three times|four "
        "times|several times|many times|times|again and again|already|repeatedly)|keep (?:getting|being|having) (?:passed|"
        "transferred|told|the same|cut|calls)|passed around|passed from|runaround|run around|hung up on|you (?:lot |people |guys )?"
        "(?:said|told (?:me|us)|promised|guaranteed|assured) (?:me |us )?(?:it|that|id|i|they|there|someone|we|youd|itd|theyd|my|"
        "somebody|by|within|two|three|a refund|a call)|(?:i|we) (?:was|were) (?:told|promised|assured|misled|ignored|"
        "cut off)|getting nowhere|get nowhere|how much longer|how many times|messed (?:me|us) (?:about|around)"
    ),
    # body, home and life
    (
        f"(?:in|some|bad|terrible|chest|severe|back|stomach|awful|constant) pain|painful|hurts|hurting|injur(?:ed|y)|tooth ?ache|"
        "headaches?|bleeding|a rash|dizzy|swollen|vomiting|unwell|poorly|infection|in (?:the )?hospital|passed away|"
        f"bereave(?:d|ment)|funeral|{_NEAR_ONE} (?:\\w+ )?(?:died|fell|is (?:sick|ill|poorly|unwell|in pain|limping)|has been "
        "(?:sick|ill)|collapsed|had an accident|passed)|my late (?:husband|wife|mother|father|mum|dad)|"
        "(?:had|in|an|a|the|car|report|reporting) (?:\\w+ )?accident|crashed (?:my|into|the)|(?:hit|rear ended|dented) (?:my|me|by)|"
        "flat tyre|flat tire|wont start|redundan(?:t|cy)|laid off|divorc(?:e|ed|ing)|smell gas|gas leak|carbon monoxide|"
        "harass(?:ed|ing|ment)|threaten(?:ed|ing)|(?:loud|awful|terrible|strange|weird|funny|the|of|making|make) noise|noisy|smells?|smelly|stinks|filthy|dirty|bed ?bugs|mice|rats|"
        "cockroach(?:es)?|hair in|bug in|raw in|food poisoning|stranded|stuck (?:at|in|on|here)|locked in|emergency|"
        "(?:dent|crack|hole|scratch|stain|tear|leak|chip|puncture|rip|split) (?:in|on|from|to|down|across)"
    ),
)
"""Each tells of trouble."""

NO_PROBLEMS: tuple[str, ...] = (
    (
        "no (?:problems?|worries|trouble|issues?|bother|hassle|rush|stress|delay|errors?|complaints?)|not (?:a|an|any|too much) "
        "(?:\\w+ )?(?:problem|trouble|issue|bother|complaint|hassle|emergency)|(?:isnt|wasnt|never|if|without|in case|any|had any|should there be|"
        "if theres|if there are|did you have|do you have|were there) (?:\\w+ )?(?:a |an |any )?(?:problems?|issues?|trouble|"
        "difficult(?:y|ies)|concerns?|complaints?|errors?)"
    ),
    (
        "(?:that|it|this|one|time|day|date|monday|tuesday|wednesday|thursday|friday|saturday|sunday) (?:wont|doesnt|does not) "
        "work for (?:me|us)|(?:dont|do not|didnt|no i dont|i dont) (?:\\w+ )?(?:need|want|have|think|know|mind|care|believe|"
        "see (?:any|a|why not)|require|like|worry|remember)|doesnt (?:matter|have to|need)|not (?:at (?:this|the)|right now|"
        "for now|today|yet|sure|really|that i|bad|too bad|urgent|needed|necessary|interested|available|going to|just)|"
        "(?:cant|couldnt) (?:wait|complain|thank|fault|remember|hear you)|if (?:it|that|they|i|the|my|you) (?:\\w+ ){0,3}(?:doesnt|dont|"
        "isnt|wont|cant|gets?|is|breaks?|fails?|arrives?)|what if|in case|not a scam|is it (?:broken|down|late)|"
        "(?:sick|late|missed|dirty|noisy|lost) (?:pay|leave|payments? fee|notes?|property form)"
    ),
    (
        "wouldnt mind|dont bother|broken down (?:by|into)|smells? (?:nice|good|lovely|great)|no noise|(?:working|works) (?:now|again|fine)|"
        "(?:fixed|sorted|resolved) (?:now|it)|found it|turned up after all|is there (?:a|an|any) (?:fee|charge)|"
        "(?:late|cancellation|overdraft) fees? (?:policy|waived|is|are|if)|how (?:late|long|much) (?:are|is|do|does|will|would|it|till|until)|"
        "(?:too|how|as|so|later|of) late (?:as|at|in|on|night|afternoon)|money back guarantee|lost (?:weight|track)|left (?:hand|side|over)"
    ),
)
"""Each only looks like it."""
