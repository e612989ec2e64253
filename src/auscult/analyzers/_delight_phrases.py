"""What pleased, relieved and thankful customers say, in English (patterns of ``_phrases``).

Plain politeness (thanks, great, perfect) is ``SLIGHT`` at most, and most of it is not here: it says nothing.
"""

from auscult.analyzers._cue import CLEAR, SLIGHT, STRONG, Cue, cues

_VERY = (
    "(?:so|very|really|truly|absolutely|extremely|incredibly|super|quite|pretty|most|more than|beyond|"
    "just so|ever so|that|dead|well|too|actually|genuinely|seriously)"
)

DELIGHT: tuple[Cue, ...] = (
    *cues(
        STRONG,
        "happiness",
        (
            "relief|relieved|phew|thank (?:god|goodness|heavens|heaven|the lord|christ|fuck)|thanks be|weight off|"
            "load off|(?:such|what) a weight|can (?:breathe|relax|sleep|rest) (?:now|again|easy|easier|tonight)|"
            "breathe (?:now|again)|over the moon|on cloud nine|thrilled|ecstatic|delighted|overjoyed|elated|stoked|"
            "chuffed|tickled pink|buzzing"
        ),
        (
            "(?:made|making|make|makes) (?:my|our|her|his) (?:day|week|month|year|morning|evening|night|weekend|"
            "christmas|holiday)|made (?:me|us|\\w+ \\w+ \\w+|him|her) (?:\\w+ )?(?:happy|smile)|cheered? (?:me|"
            "us) up|day is made|(?:im|i am|were|we are|was|feel|feeling|that makes me|makes me|"
            f"me) {_VERY} (?:\\w+ )?(?:happy|pleased|glad|excited|grateful|thankful|impressed|satisfied|content|"
            "comfortable)"
        ),
        (
            "yay|hooray|hurrah|hurray|wo+ ?ho+o?|woop|whoop|yes{2,}|yippee|hallelujah|halleluja|oh my (?:god|"
            "goodness|gosh) (?:it|its|that|thats|thank|yes|it works|youre)|(?:it|its|that|thats|that has|"
            "it has) (?:\\w+ )?(?:worked|working|works|fixed it|done it|did it|did the trick|sorted it|back on|"
            "back up) (?:yay|finally|brilliant|amazing|fantastic|oh|wow|perfect|great|hooray)|finally (?:it|"
            "some|someone|somebody|a|works|working)|cant believe (?:how (?:fast|quick|easy|simple|good)|it was that|"
            "it worked|you did)"
        ),
    ),
    *cues(
        STRONG,
        "satisfaction",
        (
            "(?:you|u|youre|you are|youve been|you guys are|youre all|you all|you two are|you two|what|shes|hes|"
            "he was|she was|they were|been) (?:(?:a|an|the|so|really|such|absolutely|absolute|total|real|guys|all|"
            "both|honestly|truly|little|complete|my|been|have|just|ever|proper|right) ){0,4}(?:star|stars|legend|"
            "legends|angel|angels|lifesaver|life saver|lifesavers|gem|gems|genius|geniuses|hero|heroes|superstar|"
            "champ|champion|saint|treasure|diamond|darling|marvel|wizard|magician|rockstar|rock star|ace|godsend|"
            "treasures|trooper|credit to)|legend|lifesaver|godsend|you(?: guys| people| all| lot| really|"
            " both)? rock|saved (?:my|our|the|me|us|his|her) (?:\\w+ )?(?:life|day|bacon|morning|evening|weekend|"
            "trip|holiday|marriage|job|skin|week|wedding|christmas|night|neck|from|so|a)|won (?:me|us) (?:back|over)"
        ),
    ),
    *cues(
        STRONG,
        "satisfaction",
        (
            "you(?:ve| have|re| are| were| guys| people|r|r team|r colleague)? (?:guys |all |both |two |really |"
            "always |have |ve |been |are |were |was |is |just |honestly |truly |such |so |very |absolutely |super |"
            "extremely |incredibly |most |a |an |the |simply |quite |more |than |real |great |big )*(?:best|"
            "brilliant|amazing|wonderful|fantastic|awesome|marvellous|marvelous|incredible|lovely|great|terrific|"
            "fabulous|outstanding|superb|excellent|exceptional|helpful|kind|sweet|patient|kindness|help|gentleman|"
            "nice|thoughtful|delight|pleasure|understanding|thorough|efficient|quick|professional|wonder|joy)"
        ),
        name="you were",
    ),
    *cues(
        STRONG,
        "satisfaction",
        (
            f"(?:{_VERY} |such |amazingly |unbelievably |incredibly |wonderfully |extraordinarily |terribly |awfully |"
            "most )(?:a )?(?:helpful|kind|kind of you|good of you|nice of you|sweet of you|thoughtful|impressed|"
            "grateful|appreciative|thankful|pleased|happy|glad|lovely|excited|appreciated|satisfied|professional|"
            "patient|efficient|friendly|sweet|nice person|generous|impressive)"
        ),
        name="so helpful",
    ),
    *cues(
        STRONG,
        "satisfaction",
        (
            "cant thank you enough|cannot thank you enough|thank you from the bottom|warmest thanks|"
            "eternally grateful|forever grateful|i owe you|owe you one|god bless|bless (?:you|your|him|her|them)|"
            "thanks? (?:\\w+ )?(?:thank you|thanks) (?:thank|so|very|thanks)|thank you (?:\\w+ )?thank you|"
            "above and beyond|extra mile|blown away|couldnt have (?:asked|been|done)|couldnt be (?:happier|better|"
            "more)|exceeded (?:my|our|all)|better than (?:i|we) (?:expected|thought|hoped)|five stars?|5 stars?|"
            "ten out of ten|10 out of 10|10 10|highly recommend|recommend you|(?:great|glowing|good|nice|positive|"
            "5 star|five star|excellent|wonderful) review|first class|top notch|top class|world class|second to none|"
            "hats off|kudos|take a bow|best (?:service|company|customer|support|agent|experience|call|chat|help|news|"
            "thing|of my|in|ever|ive|call)"
        ),
        name="five stars",
    ),
    *cues(
        CLEAR,
        "gratitude",
        (
            "thank(?:s| you)? (?:you )?(?:ever |very )?so(?: very)* much|thanks? (?:you )?(?:so so|ever so|so very|"
            "sooo+|soo|very very) (?:much)?|thanks a million|thanks a (?:ton|bunch|bundle|heap|mil)|thanks (?:heaps|"
            "loads|tons|millions)|many many thanks|huge thanks|massive thanks|big thanks|(?:really|very|truly|so|"
            "sincerely|greatly|deeply|much|do) (?:much )?(?:appreciate|grateful|thankful|obliged)|(?:really|truly|so|"
            "greatly|very much|much) appreciated|appreciate (?:it|this|that|you|everything) (?:so|a lot|very|really)|"
            "appreciate (?:you|your kindness|your patience|everything)|grateful (?:for|to)|(?:thank you|thanks) (?:for|"
            "all for) (?:everything|all (?:of )?your|being so|making|taking (?:the time|such|care|this)|listening|"
            "understanding|caring|your (?:kindness|patience|understanding))|thanks? (?:you )?(?:\\w+ )?honestly|"
            "just thank you really|thank you (?:kindly|dear|my dear|love|darling)|bless"
        ),
        name="warm thanks",
    ),
    *cues(
        CLEAR,
        "gratitude",
        (
            "(?:i|we|much) (?:do |certainly |sure |truly )?appreciate (?:it|this|that|thats|you|your (?:help|time|effort|"
            "efforts|assistance|support|work|service|advice)|all|the (?:help|effort|quick|fast))"
        ),
        name="appreciation",
    ),
    *cues(
        CLEAR,
        "happiness",
        (
            "(?:ah|oh|aha|ooh|yes|yess|wow|hey|hooray) (?:yes |great |good |wow |look )?(?:it|its|that|thats) (?:is )?"
            "(?:works|worked|working|did it|did the trick|fixed it|done it)"
        ),
        name="love",
    ),
    *cues(
        CLEAR,
        "happiness",
        (
            "fantastic|amazing|awesome|wonderful|marvellous|marvelous|incredible|terrific|fabulous|superb|"
            "outstanding|phenomenal|splendid|spectacular|magnificent|sensational|excellent|brilliant|fab|brill|"
            "heavenly|gorgeous|beautiful|stunning|ace|epic|wicked|delightful"
        ),
        name="great",
    ),
    *cues(
        CLEAR,
        "happiness",
        (
            "(?:great|good|wonderful|fantastic|amazing|brilliant|excellent|lovely|awesome|best) (?:news|to hear|job|"
            "service|work|experience|stuff|customer service|help|idea)|(?:im|i am|were|we are|im actually|im just|"
            "so) (?:\\w+ )?(?:happy|glad|pleased|excited|impressed|grateful|thankful|delighted|thrilled)|(?:very|"
            "really|quite|so|pretty|more than|super|extremely|perfectly|actually|much) (?:happy|pleased|glad|"
            "impressed|good|nice|great|quick|easy|fast|smooth|simple|painless|relieved|useful|reassuring|satisfying)|"
            "happy (?:with|to hear|about|days|now|customer|that)|glad (?:to hear|i called|i asked|you|that)|"
            "pleased (?:with|to hear|that)|impressed|impressive|reassuring|reassured"
        ),
        name="happy",
    ),
    *cues(
        CLEAR,
        "happiness",
        (
            "love (?:it|this|that|them|you|your|the|how|him|her)|loved (?:it|the|every|how|your)|loving (?:it|this)|"
            "(?:i|we) cant wait|(?:im|are|were|really|so|very much|am) looking forward to|exciting|excited|"
            "what a (?:lovely|nice|great|wonderful|pleasant|treat|surprise|difference)|how (?:lovely|wonderful|nice|"
            "sweet|kind|thoughtful)|thats? (?:is |was )?(?:so |very |really |super |too |just |such |a |absolutely |"
            "truly )*(?:kind|sweet|wonderful|lovely|nice|generous|thoughtful|perfect|helpful|useful|awesome|"
            "impressive|cool|neat) (?:of|thank|thanks|really|i|you|to|news|wow)|you(?:ve|"
            " have) been (?:\\w+ )?(?:great|help|helpful|good|nice|lovely|kind)|big help|great help|real help|"
            "huge help|massive help|so much help|lot of help|pleasure|enjoyed|hilarious|yum|cheering"
        ),
        name="love",
    ),
    *cues(
        CLEAR,
        "satisfaction",
        (
            "wow|that was (?:so |very |really |super |pretty |incredibly |amazingly )?(?:quick|fast|easy|simple|"
            "painless|great|helpful|smooth|brilliant|lovely|nice)|(?:that )?was (?:quick|fast|easy|painless|speedy)|"
            "(?:easier|quicker|faster|better|simpler|nicer) than (?:i|we)|even better|better still|"
            "couldnt ask for more|(?:easiest|quickest|fastest|nicest|smoothest) (?:\\w+ ){0,3}(?:ever|had|made)|"
            "first (?:person|one) (?:who|that) (?:\\w+ )?(?:helped|listened|understood)|(?:was|so|very|"
            "really) (?:polite|courteous|friendly|attentive)|nice surprise|pleasant surprise|what a service|"
            "works? (?:perfectly|beautifully|brilliantly|great|like a (?:charm|dream)|a treat)|(?:absolutely|just|"
            "simply|completely|totally|its|thats|everything|all|looks) (?:\\w+ )?(?:perfect|wonderful|gorgeous|"
            "spot on|lovely|fine thank you)|perfect (?:thank|thanks)|spot on|exactly what i (?:needed|wanted|was)|"
            "just what i (?:was|needed thank)|job well done|well done|good job|nice work|nice one|sorted thank|"
            "all sorted (?:thank|brilliant)|happy with (?:that|it|this|the)|satisfied|you(?:re| are) (?:very |too |"
            "so )?(?:kind|welcome to)|made it (?:so )?easy|making (?:it|this) (?:so )?easy|easy to understand|"
            "quick assistance|so quickly|so promptly|so fast"
        ),
        name="wow",
    ),
    *cues(
        SLIGHT,
        "satisfaction",
        (
            "perfect|great|lovely|super|excellent|cool|nice|good|sweet|marvellous|grand|smashing|superb|neat|fine|"
            "that helps|helps a lot|appreciate|thanks a lot|thank you very much|thanks very much|many thanks|"
            "much better|works now|works fine|working now|it works|it worked|that worked|that works|fixed|sorted|"
            "glad|happy|pleased|helped|better|haha+|hehe+|lol|lmao|funny"
        ),
        name="good",
    ),
)
