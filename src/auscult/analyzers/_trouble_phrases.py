"""What sad, worried and confused customers say, in English (patterns of ``_phrases``)."""

from auscult.analyzers._cue import CLEAR, SLIGHT, STRONG, Cue, cues

_VERY = (
    "(?:so|very|really|truly|absolutely|extremely|incredibly|super|quite|pretty|most|more than|beyond|"
    "just so|ever so|that|dead|well|too|actually|genuinely|seriously)"
)

SADNESS: tuple[Cue, ...] = (
    *cues(
        -STRONG,
        "sadness",
        (
            "heartbroken|heartbreaking|devastated|devastating|distraught|in despair|despair|in agony|agony|in tears|"
            "crying|cried|could cry|weeping|sobbing|at my wits end|wits end|end of my tether|suicidal|miserable|"
            "misery|suffering|traumatised|traumatic|humiliated|humiliating|broken hearted"
        ),
        (
            f"(?:{_VERY} |bitterly |deeply |hugely |massively |sorely )(?:disappointed|disappointing|upset|upsetting|"
            "sad|saddened|let down|hurt|distressed|distressing|depressing|depressed|gutted)"
        ),
    ),
    *cues(
        -CLEAR,
        "sadness",
        (
            "disappointed|disappointing|disappointment|upset|upsetting|gutted|let (?:me|us|them|her|him) down|"
            "let down|letting (?:me|us) down|sad|sadly|saddened|unhappy with|hurtful|hurts|distress|distressed|"
            "distressing|depressed|depressing|ashamed|embarrassed|embarrassing|expected better|expected more|"
            "hoped for better|hoped for more|regret|lonely|exhausted|exhausting|worn out|desperate|tired of it"
        ),
        name="upset",
    ),
    *cues(
        -CLEAR,
        "sadness",
        (
            "(?:such a|what a|a real|a great|thats a|its a|bit of a) (?:shame|pity|letdown|let down|disappointment)|"
            "ruined|spoiled|spoilt|fell apart|falling apart|nothing like (?:the|what)|in pieces|smashed|"
            "went downhill|(?:photos|files|data|money|savings|invoices|everything) (?:is|are|has|"
            "have) (?:all )?(?:gone|lost|disappeared|vanished|been lost|been deleted)|not what it used to be|"
            "isnt what it used to be|(?:passed away|passed on|funeral|bereavement|bereaved|grieving|widow|widowed)|"
            "lost my (?:job|husband|wife|mother|father|mum|dad|mom|son|daughter|home|house|dog|cat|business)|"
            "cant afford|struggling|struggle to|in hardship|made redundant|laid off|homeless|starving|"
            "freezing (?:here|in here|cold)?|no (?:heating|hot water|money left|food)|barely slept|havent slept|"
            "cant sleep|in pain|screaming|stranded|stuck here|nowhere to (?:go|stay|sleep)"
        ),
        name="hardship",
    ),
    *cues(
        -CLEAR,
        "sadness",
        (
            "(?:nothing|not much|anything) (?:else |more )?(?:you|i|we) can do|dont know what (?:else )?to do|"
            "what (?:else )?can i do|no way out|no choice|left with nothing|nothing to wear|lost everything|"
            "thats everything we had|all our savings|(?:my|her|his|their|our) (?:\\w+ )?(?:birthday|wedding|holiday|"
            "honeymoon|christmas|anniversary|graduation) (?:is |was |has been )?(?:ruined|spoiled|present|gone)"
        ),
        name="helpless",
    ),
    *cues(
        -SLIGHT,
        "sadness",
        (
            "unfortunately|oh no|oh dear|sorry to say|im afraid|i suppose|i guess ill have to|had hoped|was hoping|"
            "not what i hoped|not great|not ideal|wish (?:id|i had|i hadnt|you had|you would)|used to (?:love|like)|"
            "shame"
        ),
    ),
)

FEAR: tuple[Cue, ...] = (
    *cues(
        -STRONG,
        "fear",
        (
            "terrified|petrified|frightened|frightening|scared (?:to death|stiff|for|of|that|i|about|hes|shes)|"
            "so scared|really scared|in a panic|panic attack|shaking|trembling|horrified|please hurry|hurry please|"
            "im begging|beg you|begging you|life or death|in danger|going to die|worried sick|sick with worry|"
            "beside myself"
        ),
    ),
    *cues(
        -CLEAR,
        "fear",
        (
            "scared|scary|afraid of|panicked|panic|worried|worries me|worrying|panicking|concerned|concerns me|"
            "anxious|anxiety|nervous|stressed|stressful|stressing|uneasy|alarmed|alarming|unsafe|not safe|dangerous|"
            "cant breathe|keeps me (?:up|awake)|on edge|rattled|freaking out|freaked out|knocked me for six|"
            "heart was (?:going|pounding|racing)|nightmares|threatening|threatened|bailiffs|debt collectors"
        ),
        name="worried",
    ),
    *cues(
        -SLIGHT,
        "fear",
        (
            "emergency|urgent|urgently|hacked|fraud|fraudulent|stolen|scammed|scam|phishing|suspicious|what if|"
            "am i going to lose|will i lose|lose (?:my|our|the) (?:money|house|home|job|account|data|everything)"
        ),
        name="risk",
    ),
)

CONFUSION: tuple[Cue, ...] = (
    *cues(
        -0.1,
        "confusion",
        (
            "confused|confusing|confusion|confuses me|baffled|baffling|puzzled|puzzling|bewildered|perplexed|"
            "dont understand|do not understand|cant understand|didnt understand|dont follow|dont get (?:it|this|that|"
            "why|how)|not following|makes no sense|doesnt make (?:any )?sense|not making sense|lost me|youve lost me|"
            "im lost|im a bit lost|no idea (?:what|how|why|which|where|who)|no clue|not sure (?:what|how|why|which|"
            "where|if|whether|i follow|i understand)|not clear|unclear|what do you mean|what does (?:that|this|"
            "it) (?:even )?mean|what is (?:that|this) (?:supposed|meant)|head or tail|heads or tails|"
            "how does that work|how come|why does it say|which one (?:is|do|of)|strange|weird|odd|bizarre|contradict|"
            "contradicts|contradicting"
        ),
    ),
)
