"""What agents say that shows a feeling, in English: (emotion, pattern of ``_phrases``); the first that fits counts.

Politeness (happy to help, my pleasure, have a lovely day) is no feeling and stands in no pattern.
"""

AGENT_EMOTIONS: tuple[tuple[str, str], ...] = (
    (
        "empathy",
        (
            "(?:sorry|sad) (?:to hear|for your loss|about (?:that|this|the|what)|you (?:had|have|feel|were|are|re)|"
            "that (?:you|this|it|happened)|this (?:happened|has)|for (?:the|any|all|this|that|your|what|making|"
            "keeping you so)|it (?:took|has))|(?:so|very|really|terribly|truly|awfully|ever so|extremely|"
            "deeply) sorry|im sorry|i am sorry|we are sorry|were sorry|my (?:sincere |sincerest |"
            "deepest )?(?:apologies|condolences|sympathies)|(?:i|we) (?:do |sincerely |really |deeply |must |"
            "want to |would like to )*apologi[sz]e|accept (?:my|our) (?:\\w+ )?apolog(?:y|ies)"
        ),
    ),
    (
        "empathy",
        (
            "(?:i|we) (?:can |do |completely |totally |fully |really |certainly |absolutely |perfectly |quite |"
            "definitely )*(?:understand|imagine|appreciate|see|know|hear|get|feel) (?:how|why|your (?:\\w+ )?(?:concerns?|"
            "frustration|worry|worries|disappointment|disappointed|situation|pain|feelings?|anger|anxiety|stress|distress)|you(?:re| are| feel)|that must|"
            "that (?:this|it|you)|this (?:must|is|has)|it (?:must|is|can)|(?:thats|this is|its) (?:\\w+ )?(?:alarming|frustrating|"
            "upsetting|worrying|stressful|scary|annoying|difficult|hard|disappointing|not)|what a)|i hear you|"
            "(?:can|could) (?:only |well |just |certainly |totally )?imagine|i know (?:that|the) feeling|i can relate|no fun|"
            "(?:that|this|"
            "it) must (?:be|have been|feel)|must (?:be|have been) (?:\\w+ )?(?:frustrating|awful|terrible|hard|"
            "difficult|horrible|scary|worrying|upsetting|annoying|stressful|a shock|shock|disappointing)"
        ),
    ),
    (
        "empathy",
        (
            "(?:thats|that is|that sounds|thats such|how|what an?|oh no thats|sounds) (?:\\w+ )?(?:awful|terrible|"
            "horrible|frustrating|annoying|upsetting|stressful|worrying|horrid|rubbish|rotten|dreadful|unlucky|"
            "disappointing|painful|scary|not on|no fun|not good enough|not right|rough|tough|nightmare|shame)|"
            "poor (?:you|thing|kid|soul|love|girl|boy|lad)|oh (?:no|dear|gosh|bless)|bless (?:you|him|her)|"
            "id be (?:\\w+ )?(?:cross|upset|annoyed|worried|angry|frustrated|the same|disappointed|mad)|"
            "would (?:annoy|upset|worry|frustrate) (?:anyone|anybody|me)|(?:you )?(?:shouldnt|"
            "should not) have (?:had )?(?:to|happened)|feel better soon|speedy recovery|quick recovery|"
            "thinking of you|rest assured|dont (?:you )?worry|no need to worry|youre in good hands|"
            "did the right thing|no wonder you"
        ),
    ),
    (
        "patience",
        (
            "take your time|no rush|(?:there is |theres )?no hurry|whenever you(?:re| are) ready|when you(?:re|"
            " are) ready|in your own time|step by step|one (?:step|thing) at a time|(?:happy|glad|"
            "pleased) to (?:explain|go over|repeat|go through|walk)|let me (?:explain|walk you|go through)|"
            "walk you through|go (?:through|over) (?:it|this|that) (?:again|together|once more)|not to worry|"
            "no need to (?:apologi[sz]e|be sorry|rush)|(?:ill|i will|i can) (?:wait|hold|stay on the line|"
            "stay with you)|(?:thats|its) (?:alright|okay|ok|fine|all right) (?:try|take|just|we|no)|no (?:silly|"
            "stupid|bad) questions|happens to (?:everyone|the best|all)|as long as you need"
        ),
    ),
    (
        "happiness",
        (
            "(?:so |really |very )?(?:glad|happy|delighted|pleased|thrilled) (?:to hear|it|that|you|we|its|your|"
            "for you|i could|we could)|(?:im|i am|were|we are) (?:so |really |very )?(?:glad|delighted|thrilled)|"
            "congratulations|congrats|(?:thats|that is|how|oh|what) (?:\\w+ )?(?:wonderful|lovely|fantastic|"
            "brilliant|amazing|awesome|marvellous|fabulous|great news|good news|exciting)|wonderful|fantastic|"
            "awesome|brilliant|marvellous|amazing|yay|hooray|woohoo|haha+|love it|love that|music to my ears|"
            "made my day|that makes me"
        ),
    ),
    (
        "frustration",
        (
            "(?:as|like) i (?:already |just )?(?:said|told you|explained|mentioned)|i (?:have |"
            "just )?(?:already )?(?:told|explained|said) (?:to )?(?:you|it|that|this) (?:\\w+ )?(?:already|before|"
            "twice|that|several|the)|i (?:have )?already (?:told|explained|said)|calm down|you need to (?:listen|"
            "calm|understand)|youre not listening|if you would (?:just )?(?:listen|let me)|let me finish|"
            "stop (?:shouting|interrupting|swearing|yelling)|no need to (?:shout|be rude|swear|raise)|"
            "not my (?:problem|fault|job|department)|what do you (?:want|expect) me to|"
            "i dont know what (?:else )?you want|thats your (?:choice|decision|problem)|for the last time|"
            "how many times|i cant help you if|take it or leave it|theres no point"
        ),
    ),
    (
        "confusion",
        (
            "(?:im|i am) (?:a bit |a little |slightly )?(?:confused|lost|puzzled|not following|"
            "not sure (?:i (?:understand|follow)|what you mean))|(?:dont|do not|didnt) (?:quite |really |"
            "fully )?(?:understand|follow|get (?:what|that|it))|what do you mean|makes no sense|doesnt make sense|"
            "thats (?:strange|odd|weird|funny|unusual)|(?:never|not) seen (?:that|this) (?:before|error)|(?:dont|"
            "do not) (?:really )?know what (?:that|this|it) is|no idea what|sorry what|(?:could|can) you (?:clarify|"
            "explain what|say that again|repeat that)|say that again|didnt (?:quite )?catch"
        ),
    ),
)

EMPATHY: tuple[str, ...] = tuple([pattern for emotion, pattern in AGENT_EMOTIONS if emotion == "empathy"])
"""Apologies first, then understanding and sympathy."""
APOLOGIES = 1
"""So many of them are mere apologies, which may be for anything."""

NO_EMPATHY: tuple[str, ...] = (
    (
        "sorry (?:i |we )?(?:\\w+ )?(?:didnt|did not|cant|couldnt|could not) (?:quite )?(?:catch|hear|get|understand|"
        "follow)|sorry (?:what|who|which|could|can|did|say|was that|come again|no)|sorry to see you (?:go|leave)|bless (?:you|him|her|them) (?:too |and |all )?(?:bye|goodbye|take care|now|$)"
    ),
    (
        "(?:sorry|apologi[sz]e|apologies) (?:for|about) (?:the|my|that|any|this) (?:\\w+ )?(?:wait|hold|pause|silence|typo)|"
        "(?:sorry|apologi[sz]e|apologies) (?:for|to) (?:keep|keeping|have kept|having kept|put|putting|hold|holding|"
        "interrupt|interrupting|make you wait|making you wait|bother|bothering|ask|asking)"
    ),
    (
        "(?:sorry|afraid|apologi[sz]e|apologies) (?:but |sir |maam |madam |that )?(?:i|we|that|there|its|it|you|your \\w+|the \\w+) "
        "(?:\\w+ )?(?:cant|cannot|can not|couldnt|could not|wasnt|was not|werent|were not|isnt|arent|dont|do not|am not|"
        "am unable|were unable|was unable|are unable|unable|wont)|sorry (?:something|there was an? (?:issue|error|problem)) with"
    ),
    (
        "(?:i|we) (?:can |do |also )?(?:see|know|hear) (?:that )?(?:you|youre|youve|that|this|it) (?:have|had|are|were|"
        "is|was|an?|the|on|in|with|calling|called|looking|trying|ordered|placed|using|been)"
    ),
)
"""What only looks like empathy: not having heard, a wait, a refusal, what stands on the screen."""
