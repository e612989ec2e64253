"""What angry and impatient customers say, in English (patterns of ``_phrases``)."""

from auscult.analyzers._cue import CLEAR, SLIGHT, STRONG, Cue, cues

_NUMBER = (
    "(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\d+|several|many|multiple|a dozen|"
    "dozens of|hundreds of|umpteen|countless)"
)
_ORDINAL = "(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|[2-9](?:nd|rd|th)|1\\dth|umpteenth|hundredth)"
_SPAN = "(?:minutes|mins|hours|hrs|days|weeks|months|years|half an hour|an hour|a week|a month|a year|a fortnight)"
_NOBODY = "(?:nobody|no one|noone|not one person|none of you|nobody else)"

ANGER: tuple[Cue, ...] = (
    *cues(
        -STRONG,
        "anger",
        "ridiculous|outrageous|outrage|outraged|disgrace|disgraceful|disgusting|disgusted|appalling|appalled",
        (
            "pathetic|unacceptable|shambles|shambolic|atrocious|horrendous|abysmal|farce|farcical|diabolical|"
            "scandalous|inexcusable|unforgivable|insulting|laughable"
        ),
        (
            "(?:not|isnt|hardly|totally un|completely un) ?acceptable|not good enough|(?:isnt|hardly|"
            "simply isnt) good enough|beyond a joke"
        ),
        (
            "furious|livid|fuming|seething|raging|enraged|infuriating|infuriated|infuriates|angry|pissed|pissed off|"
            "hopping mad|my blood boil"
        ),
        (
            "(?:this|thats|that|its|what|is|are) (?:is |are )?(?:a|such a|an absolute|just a|some kind of|"
            "some sort of|you) joke|joke of a|a complete joke|taking the (?:mick|piss|mickey|michael)|having a laugh|"
            "are you having me on"
        ),
        (
            "rip off|ripoff|rip offs|ripped (?:me |us )?off|ripping (?:me |us |people )?off|daylight robbery|robbery|"
            "robbed|scammers|con artists|crooks|thieves|cheated|conned|swindle|swindled|fleeced"
        ),
        (
            "useless|hopeless|incompetent|incompetence|clueless|waste of (?:my |our |everyones )?(?:time|money|"
            "space)|wasted (?:my|our|a whole|the whole|half|so much|enough)|wasting (?:my|our) time"
        ),
        (
            "fed up|sick of|sick and tired|tired of (?:this|it|being|waiting|your|having|repeating|excuses|"
            "explaining)|had it with|had it up to here|had enough|had quite enough|enough is enough|"
            "enough of (?:this|your|you|it)|at the end of my (?:tether|rope)|last straw|final straw"
        ),
        (
            "losing (?:my )?patience|lost (?:my |all )?patience|out of patience|patience is (?:running|wearing)|"
            "run out of patience|more than patient"
        ),
        (
            "thanks for nothing|thank you for nothing|no thanks to you|fat lot of good|lot of good that|"
            "some help you are|what use is|what good is|whats the use"
        ),
        (
            "(?:got to be|gotta be|have to be|must be|are you|you|youre) (?:kidding|joking)(?: me)?|"
            "you cant be serious|are you (?:actually |being |even |for )?(?:serious|real)|is this a (?:joke|prank)|"
            "youre having me on"
        ),
        (
            "how dare you|some nerve|the nerve of|the cheek of|bloody cheek|shame on you|should be ashamed|"
            "ought to be ashamed"
        ),
    ),
    *cues(
        -STRONG,
        "anger",
        (
            "bullshit|crap|crappy|shit|shitty|fuck|fucking|fucked|wtf|piss poor|bollocks|screw you|screw this|"
            "go to hell|what the hell|bloody (?:hell|joke|useless|thing|ridiculous|time|awful|company|phone|well)"
        ),
        name="swearing",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "i (?:guess|suppose) (?:ill|i will|ill just|well|we will|i|we) (?:just )?(?:wait|have to|live with|make do|"
            "put up|do without|must)|make sure (?:it|this|that|they|you|there) (?:\\w+ )?(?:doesnt|dont|does not|do not|"
            "never|wont|isnt|arent) (?:\\w+ ){0,2}(?:happens?|again|delayed|late|lost|forget|wrong|damaged|cancelled)"
        ),
        name="grudging",
    ),
    *cues(
        -STRONG,
        "anger",
        "rubbish|garbage|trash|load of (?:old )?(?:rubbish|tosh|nonsense)|nonsense|poppycock|baloney",
        name="rubbish",
    ),
    *cues(
        -STRONG,
        "anger",
        (
            "(?:the |your |absolute |absolutely the )worst|worst (?:company|service|experience|customer|bank|airline|"
            "hotel|support|ever|of all)"
        ),
        (
            "(?:youre|you are|thats|that is|its|it is|was|all|they|they are|theyre|dont) (?:a |an |all |just |"
            "blatant |pack of |outright )*(?:liar|liars|lie|lies|lying|lied)|lied to|stop lying|you lied|dont lie"
        ),
        ("dont (?:you dare |you |ever )?(?:tell me to|patronise|patronize|talk down|give me (?:that|excuses)|insult)"),
    ),
    *cues(
        -STRONG,
        "anger",
        (
            "unbelievable|unreal|beggars belief|beyond belief|mind boggling|i cannot believe this|cant believe this|"
            "ludicrous|absurd|preposterous"
        ),
        name="unbelievable",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:thats|this is|its|is|are|absolutely|completely) (?:just |so |absolutely )?(?:insane|madness|crazy|"
            "bonkers|mental|nuts)|(?:god)?damn(?:ed|it)?"
        ),
        name="unbelievable",
    ),
    *cues(
        -STRONG,
        "anger",
        (
            "(?:terrible|awful|horrible|dreadful|appalling|lousy|rotten|poor|bad|shoddy|dire|shocking|abysmal|"
            "crap) (?:\\w+ )?(?:service|experience|support|company|treatment|attitude|communication|customer|quality|"
            "job|way to)"
        ),
        (
            "(?:absolutely|utterly|completely|totally|just|simply|frankly) (?:terrible|awful|horrible|dreadful|"
            "shocking|disgusting|useless|crazy|insane|mad|mental|wrong|rude|unfair|unhelpful)"
        ),
    ),
    *cues(
        -CLEAR,
        "anger",
        "terrible|awful|horrible|dreadful|horrific|shocking|ghastly|lousy|rotten|dire|nightmare|painful",
        name="awful",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "frustrated|frustrating|frustration|frustrates|annoyed|annoying|annoys|annoyance|irritated|irritating|"
            "irritates|aggravating|aggravated|exasperated|exasperating|maddening|mad|cross|driving me (?:mad|crazy|"
            "up the wall|nuts|insane)|drives me (?:mad|crazy|nuts)|does my head in|doing my head in|infernal"
        ),
        name="annoyed",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:not|isnt|arent|wasnt|werent|im not|far from|never been so|hardly|less than|not at all|not very|"
            "not too|not really|not exactly|not particularly|not one bit|none too|not best) (?:\\w+ )?(?:happy|"
            "pleased|impressed|satisfied|helpful|thrilled|amused|right|fair|funny|ideal)|unhappy|dissatisfied|"
            "displeased|unimpressed"
        ),
        name="unhappy",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "unfair|unjust|so wrong|plain wrong|just wrong|thats not right|its not right|out of order|"
            "bang out of order|unreasonable|unprofessional|rude|rudely|arrogant|dismissive|condescending|patronising|"
            "unhelpful|careless|sloppy|shoddy|inept|poor show|dishonest|misleading|misled|greedy|cheeky"
        ),
        (
            "(?:messed|screwed|cocked|mucked|botched|ballsed|stuffed|fouled) (?:it |this |that |me |us |my \\w+ )?up|"
            "messing (?:me|us) (?:about|around)|mucked (?:me|us) about|right mess|complete mess|total mess|"
            "such a mess|what a mess|a mess|cock up|chaos"
        ),
        (
            f"{_NOBODY} (?:\\w+ )?(?:cares|cared|told|tells|tell|rang|rings|called|calls|bothered|bothers|knows|knew|"
            "answers|answered|replied|replies|came|comes|turned|showed|listens|listened|helped|helps|seems|seemed|"
            "wants|picks|picked|can|could|ever|has|responded|explained|contacted|warned|informed|let)"
        ),
        (
            "dont (?:you )?(?:even )?(?:care|listen|bother)|doesnt care|couldnt care less|never (?:listen|listened|"
            "bother|bothered|care|cared|replied|reply|answered|answer|rang|called|call|phoned|came back|got back|"
            "turned up|showed|heard back|hear back)|ignored|ignoring|ignores|not listening|youre not listening|"
            "fobbed off|brushed off|fob me off"
        ),
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "how (?:many|much) (?:more )?(?:times|longer|more)|(?:keep|keeps|kept) (?:getting|being|having|telling|"
            "saying|asking|happening|sending|charging|repeating|explaining|chasing|calling|ringing|changing|failing|"
            "dropping|crashing|cutting|putting|passing|giving)|again and again|over and over|time and time again|"
            "time after time|every single (?:time|day|month|week)|every time (?:i|we) (?:call|ring|phone|ask|try|use|"
            "contact|speak|email|write|log)"
        ),
        name="again",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            f"{_ORDINAL} (?:\\w+ )?(?:time|call|chat|phone|email|attempt|ticket|engineer|replacement|complaint|week|"
            "month|day|letter|visit|technician|try|message|person|agent|operator|round|bill)(?: (?:now|already|"
            "running|this|today|in|ive|weve|i|about))?"
        ),
        name="nth",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            f"(?:twice|thrice|{_NUMBER} times|{_NUMBER} (?:calls|emails|chats|messages|engineers|visits|letters|"
            "technicians)) (?:now|already|this|today|and|in|before|so far|about|later)|(?:called|rung|rang|phoned|"
            "emailed|asked|told|written|complained|explained|chased|sent|tried|contacted|messaged|said|"
            f"reported) (?:\\w+ ){{0,3}}(?:twice|{_NUMBER} times|already)"
        ),
        (
            "(?:ive|i have|i|weve|we) already (?:\\w+ )?(?:told|said|tried|done|did|sent|explained|been|given|gave|"
            "paid|spoke|spoken|called|waited|checked|restarted|reset|provided|answered|complained|been through)|"
            "i (?:just |already |literally |clearly |specifically )?(?:told|said to|asked|explained to) (?:you|your|"
            "them|the|him|her|reception) (?:\\w+ )?(?:that|this|twice|already|before|yesterday|last|all|no|not|it|"
            "three|lot)|i just (?:told|said|explained|gave)"
        ),
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:been |still |kept |keep |left |was |im |am |were |we are |stood |sat )(?:\\w+ )?waiting|wait(?:ing|"
            f"ed)? (?:\\w+ ){{0,3}}(?:for )?(?:{_NUMBER} |a |an |over |almost |nearly |about |more than |"
            f"all )*(?:{_SPAN}|day|morning|afternoon|week|ages|forever|eternity|long)|on hold (?:for|since)|for ages|"
            "taking (?:so long|ages|forever)|takes forever|taken (?:so long|ages|forever)|how long does it|"
            "kept (?:me|us) (?:waiting|hanging)"
        ),
        name="waiting",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:its|it has|has|thats|that is|been) (?:been |over |nearly |almost |more than |already |now |"
            f"like )*(?:{_NUMBER} )?(?:weeks|months|hours|years)(?: (?:now|already|and|since|late|of|to))|"
            f"{_NUMBER} (?:weeks|months|days|hours) (?:now|already|and (?:still|nothing|counting|no)|later|late|"
            "of (?:this|waiting|nothing))"
        ),
        name="long",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "still (?:not|no|nothing|havent|hasnt|isnt|arent|wasnt|doesnt|dont|didnt|cant|wont|nobody|waiting|broken|"
            "the same|down|wrong|missing|failing|there|getting|being|charging|charged|owed|says|showing|error|"
            "waiting)"
        ),
        name="still",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "passed (?:around|from|about|back)|pushed from|pillar to post|bounced (?:around|between|back)|"
            "from one (?:person|department|agent|place) to|round in circles|around in circles|in circles|run ?around|"
            "chasing (?:this|you|up|it|my|them|for)|chased|wild goose chase|back and forth|another (?:wait|week|"
            "month|delay|excuse|form|fee|charge|problem|error|engineer) ?"
        ),
        (
            "not helping|no help|doesnt help|didnt help|isnt helping|not what i (?:asked|said|ordered|paid|was told|"
            "wanted|need)|didnt ask (?:what|for|you|about|how)|not my (?:fault|problem|mistake|job)|"
            "so its my (?:fault|problem)|and thats just (?:that|it)|your (?:mistake|fault|error|problem|screw up|"
            "mess|incompetence)|how is (?:that|this|it) (?:my|even|possible|fair|ok|okay|acceptable|legal|right)|"
            "why should i|why do i have to|why am i (?:paying|being|still|having)"
        ),
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:you|they|he|she|your \\w+|someone|somebody|was|were|id been|i had been|been) (?:guys |people |lot |"
            "had |also |clearly |specifically )?(?:promised|assured|swore|guaranteed)|(?:you|they|she|he|your \\w+|"
            "that) (?:said|told me|told us) (?:\\w+ ){0,3}(?:last|before|would|monday|tuesday|wednesday|thursday|"
            "friday|saturday|yesterday|it|that)|thats what (?:you|they|she|he|the last)(?: lot| all|"
            " people)? (?:said|told|always)|broken promises|empty promises|excuses|excuse after|stop making excuses|"
            "not interested in excuses"
        ),
        name="promised",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "whats the point|what is the point|no point|pointless|forget it|forget about it|never ?mind then|give up|"
            "giving up|gave up|dont bother|why bother|why did i bother|cant be bothered|is that (?:it|all)(?: youve|"
            " you have| you| then)?|thats all youve got|what am i (?:meant|supposed) to (?:do|tell|say|think|believe|"
            "wear|eat)|(?:how|where|when) am i (?:meant|supposed)|not (?:got )?much choice|no choice have i|"
            "not a word of|not even an? (?:sorry|apology|explanation)|not doing this again|better (?:be|come|arrive|"
            "work) (?:right )?this time|what are we (?:meant|supposed)|so what (?:am|are|do) (?:i|we)|then what|"
            "so thats it|i dont care|who cares"
        ),
        name="pointless",
    ),
    *cues(
        -SLIGHT,
        "anger",
        "come on|jesus|christ|jeez|ffs|smh|excuse me|wow just wow|give me strength|honestly what|seriously what",
        name="come on",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "for (?:gods|christs|heavens|goodness|petes|fucks) sake|for crying out loud|oh for|good grief|"
            "what on earth|what the heck|what in the world|about (?:bloody )?time|high time"
        ),
        name="come on",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:i )?(?:dont|do not|wont|will not|refuse to|not going to|shouldnt have to|not gonna) (?:accept|pay|"
            "stand|put up|tolerate|be (?:treated|spoken|ignored|fobbed))|i demand|demand (?:a|an|my|to)|"
            "i expect (?:a|an|my|you|better)|i want (?:my money|answers|an explanation|a full|compensation|"
            "it (?:sorted|fixed|back|paid|corrected) (?:today|now|tonight))|not (?:paying|standing|"
            "having) (?:for )?(?:this|that|it)|i refuse|compensation|unauthorised|without (?:my|asking|telling|"
            "any) (?:permission|consent|knowledge|warning|me|us)"
        ),
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "overcharged|overcharging|double charged|charged (?:me|us) (?:twice|again|for something|for nothing|"
            "for a)|never (?:ordered|agreed|asked|signed|authorised|authorized|received|arrived|worked|turned)|"
            "hung up on|cut (?:me|us) off|hung up|cut off|treat(?:ed|ing)? (?:me|us|people|customers|your|loyal|old)|"
            "(?:thats|this is|is that|is this) how you treat|poor|poorly|unsatisfactory|substandard|second rate|"
            "third rate"
        ),
        name="charged",
    ),
    *cues(
        -CLEAR,
        "anger",
        (
            "(?:whats|what is) wrong with you|getting silly|(?:thats|its|this is) theft|good money for|for (?:that|"
            "this) (?:price|money)|one (?:problem|thing|excuse) after (?:another|the other)|day off work|"
            "rocket science|how hard can it be|how difficult can it be|why is (?:this|it|everything) so (?:difficult|"
            "hard|complicated|slow)|blame the customer|how convenient|fast enough to take|took the money|"
            "dont you people|(?:it is|its) a scam|this is a scam|all over again|pay for your (?:mistake|error)|"
            "guessed wrong|do (?:you|they) even (?:read|listen|know|care)|reading (?:from|off) a script|listen to me|"
            "live with it then|got no choice|expected more|wont stop (?:ringing|calling|emailing)|enough with the|"
            "making me wait|left (?:me|us) (?:waiting|hanging|stranded|without)|out of pocket|(?:has|have|had|thats|"
            "is) cost(?:ing)? (?:me|us)"
        ),
    ),
    *cues(
        -SLIGHT,
        "anger",
        (
            "anyone there|anybody there|is (?:anybody|anyone|somebody|someone) (?:there|here|going)|hello hello|"
            "are you (?:listening|even|ignoring|a bot|a robot)|of course (?:you|it|they) (?:cant|wont|dont|doesnt|"
            "isnt|arent)|great another|yet again"
        ),
        name="impatience",
    ),
    *cues(
        -SLIGHT,
        "anger",
        (
            "i asked|i need (?:this|it) (?:sorted|fixed|resolved|done)|get (?:this|it) sorted|sort (?:this|it) out|"
            "fix (?:this|it) now|hurry up|explain (?:this|yourself|why)|why (?:on earth|the hell|is it so|did nobody|"
            "didnt|hasnt|havent|isnt|wasnt|cant you|wont you|dont you)"
        ),
        name="demand",
    ),
)
