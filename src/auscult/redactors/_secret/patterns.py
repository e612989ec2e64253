"""Patterns around secrets: what joins a name and its value, corrects it, or asks for something else."""

import re

from auscult.domain.privacy.redaction import PLACEHOLDER as MARK

IS = re.compile(
    r"[\s\"'”\u2019.,;()-]*(?:(?:is|was|as|for|are|that's|that is|being|ist|es|war|als|son|which is"
    r"|this is|like|what|=|-)\b[\s,]*)+"
    r"(?:(?:my|the|your|our|what|a|one of|mein|meine|die|der|das|mi|la|el|su|new|old|current|temporary"
    r"|right|correct)\s+)*"
)
WITH = re.compile(
    r"[\s()\[\]\u2013\u2014:=,\"'-]*(?:(?:is|was|came|come|coming|comes|that|what|you|they|we|i|got|have"
    r"|just|from|by|via|in|on|off|the|my|your|our|a|per|through"
    r"|as|it's|for|now|out|of|up|being|says|said|aus|von|der|die|das|per|por|del|de|la|el)\b[\s,]*){0,7}"
)
NAMED = re.compile(r"\s*(?:(?:is|was|number|no\.?|code|:|=|#|'s|ist|lautet|es|son|to|as|of|the|my|-|\u2013)\s*)*")
JOINED = re.compile(
    r"[\s,;.]*(?:(?:and|or|not|then|to|und|oder|nicht|y|o|no|sorry|i mean|even|also|rather|with|again"
    r"|maybe|once|auf|zu|por|a"
    r"|wait|uh|um|er|it's|actually|as well as|tried)[\s,;.]*)*"
)
BEHIND_SAID_EMAIL = re.compile(r"\be-?mail(?: address)?,? (?:and then|and|then|plus|with) (\S+)")
SPACED = re.compile(r"(?<![\w-])(?=[A-Z0-9 -]*\d)(?=[A-Z0-9 -]*[A-Z])[A-Z0-9]{2,5}[ -][A-Z0-9]{2,5}(?![\w-])")
"""A code of capitals and digits in two parts."""
LIKE = re.compile(r"(?:,? (?:for|as in|like|wie|de|as) [^\W\d_]+)")
PART = re.compile(
    r"\b(?:two|three|four|some|certain|a few|\d) (?:random )?(?:letters|characters) (?:from|of|in)\b"
    r"|\b(?:which|what) (?:letter|character|digit) is\b|"
    r"\b(?:buchstaben?|zeichen|stellen?|ziffern?|letras?|caracter(?:es)?|dígitos?) (?:eins|zwei|drei|vier"
    r"|fünf|sechs|sieben|acht"
    r"|uno|dos|tres|cuatro|cinco|seis|siete|ocho|[1-9])\b|"
    r"\b(?:letters?|characters?|digits?|positions?)(?: number)? (?:one|two|three|four|five|six|[1-9])\b"
    r"|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|last|final|1st|2nd|3rd|[4-9]th|erste[nr]?"
    r"|zweite[nr]?|dritte[nr]?"
    r"|vierte[nr]?|fünfte[nr]?|primer[ao]?|segund[ao]|tercer[ao]?|cuart[ao]"
    r"|quint[ao])\b.{0,40}?\b(?:letters?|characters?|chars"
    r"|digits?|numbers?|(?:and|of|from|und|y|de)\b.{0,24}?(?:pin|pass ?(?:word|code)|(?:memorable|secret"
    r"|security) word|number)"
    r"|buchstaben?|ziffern?|stellen?|zeichen|letras?|caracter(?:es)?|carácter|dígitos?|cifras?)\b"
)
PHRASE = re.compile(r"phrase|sentence|frase|satz")
PASSED = re.compile(
    r"\b(?:through|passed|past|cleared|completed) (?:the )?(?:security|verification)|security(?:'s"
    r"| is)? (?:passed|done|complete)"
    r"|you're (?:all )?(?:verified|identified|through)|matches what (?:we|i) have"
)
"""An agent's words once the customer has proved their identity."""
HARMLESS = re.compile(
    r"\b(?:name|address|postcode|zip|birth|dob|phone|mobile|e-?mail|number|account|order|amount|date|time|how"
    r"|when|sort code)\b"
)
SPELL_IT = re.compile(
    r"\W*(?:and |so |okay )*(?:how (?:do|would) (?:you|i) spell|(?:can|could) you spell|spell)"
    r" (?:that|it|this)\b.{0,24}"
)
FOLLOWS = re.compile(
    r"\W*(?:and |so )*the (?:\w+ )?(?:numbers?|digits?|figures?|rest|letters?)(?: that follow\w*"
    r"| after(?: it)?| at the end)?\W*"
)
NO_THINGS = frozenset(("what", "which", "qué", "was", "it", "that", "me", "you", "us"))
CLARIFIES = re.compile(r"\W*(?:which|what|welche[rs]?|qué|cuál)(?: \w+){0,2}\W*")
OF_OTHER = re.compile(
    r"\W*(?:(?:which|cuál|cual|oh|yes|sí|um)\W+)*(?:of|for|from|on|la|el|de|del|für|von)\b(?: (?:the|your|a"
    r"|my|la|el|los|del|der|die|das|den))* (\w+)"
)
"""A short turn that says which thing is meant: ``for the discount?``, ``of the lens size``."""
PROMPTS = re.compile(
    r"\W*(?:and |so )*(?:its|his|her|their|the) name\W*|\W*(?:(?:and|so|okay|ok|right|yes|then) )*(?:which"
    r"|what|that|it|who)(?:'s| is| was|'d be| would be)?"
    r"(?: numbers?| figures?| digits?)?(?: it| that| this| that follows?| after(?: it)?| at the end| what"
    r"| called| the name| his name| her name| its name)?\W*"
)
"""A turn that prompts for the rest of an answer, or for the same answer again: ``and the name?``, ``which is?``."""
ASKS_NEXT = re.compile(r"\b(?:and|now|also|what(?:'s| is)|can i|could i|i need|i'll need) (?:\w+ )?(?:your|the)\b")
ASKS_FOR = re.compile(
    r"\b(?:what(?:'s| is| was| did| have)|which|tell me|give me|can i|could i|may i|need|have you|do you have"
    r"|do you know"
    r"|confirm|provide|say|spell|agreed|question|(?<!you )enter|reply|wie lautet|nennen|cuál|qué|dígame"
    r"|dime)\b(?! happen)"
)
ASKS = re.compile(
    r"(?:(?:and|so|ok|okay|right|now|great|lovely|thanks|thank you|perfect|fine|then|also|finally"
    r"|good)[\s,.!]+)*(?:what|which"
    r"|how|when|where|who|do you (?:want|need|have any|live)|would you like|will you|is there anything"
    r"|anything else|are you"
    r"|can i (?:have|take|get) (?:your|the)|could i (?:have|take|get) (?:your|the)|wann|wie|wo|welche[rs]?"
    r"|cuál|cuándo|dónde"
    r"|cuánto|qué)\b(?! (?:is it|was it|was that|does it say|do you see|have you got|did you get"
    r"|does that say|was the last|are they"
    r"|numbers|digits|does it show|comes up|do you have))"
)
QUOTED = re.compile(r"[\"“„]([^\"“”]{3,40})[\"”“]\s+(?:is|was|as|for|ist|als|es|como)\b")
PLACEHOLDER = MARK
COUNTS = re.compile(r"\b(?:how many|how long (?:is|are|should|does|must)|wie lang|wie viele|cuánt[ao]s)\b")
MENTIONS = re.compile(
    r"\b(?:what happens|when (?:you|i) (?:typ|enter|put|try|log|sign|use|click|open)|how (?:long|often|do|did"
    r"|can)|do you want|forg[eo]t(?:ten)?|reset(?:ting)?"
    r"|chang(?:e|ed|ing)|must|at least|allowed to|(?:needn't|won't|don't|cannot|can't) ask|never|nunca"
    r"|niemals|nie|don't (?:share|tell)|link|work(?:s|ing)?"
    r"|locked|blocked"
    r"|vergessen|olvid\w+|try(?:ing)? to"
    r"|problems?|trouble|issues?|help with|happened|happens|needs|is this about|require(?:s|d|ments?)"
    r"|strong|secure)\b"
)
RETRY = re.compile(
    r"\b(?:reject\w*|longer|stronger|weak|short|needs|no|not|nope|wrong|incorrect|again|another|doesn't"
    r"|didn't|isn't|invalid|declined|fail(?:ed|s)?"
    r"|expired|resend|resent|falsch"
    r"|nicht|incorrect[ao]|otra|try|sorry|repeat|catch|new one|fresh)\b"
)
CORRECTS = re.compile(
    r"\b(?:no|not|sorry|actually|i mean|wait|nope|try|maybe|or|perhaps|correction|should be|nein|oder"
    r"|perdón|quizás)\b"
)
LINKED = re.compile(r"\b(?:is|was|are|as|to|with|used?|tried|says|reads|ist|war|lautet|es|era)\b|[:=]")
PRODUCT = re.compile(
    r"(?i)(?:iphone|windows|office|ios|ipad|galaxy|android|v\d|ps\d|covid|mp\d|wpa|note|pixel|version|win\d)"
)
NAMES_USER = re.compile(
    r"\b(?:user(?: ?name)?|login|log-?in|account|id|name|order|for my|on my|model|phone|version)(?: is|:| =)? ?$"
)
THATS = re.compile(
    r"\W*(?:(?:and|so|yes|yeah|ja|sí|si)\W+)?(?:that's|that was|that is|that'd be|that would be|that'll be"
    r"|was that|is that|was it|this is|those are|it's|es|das ist"
    r"|das war|ese es|esa es|eso es)\b"
)
REFERS = re.compile(r"\b(?:password|passcode|code|pin|word|one) (?:i mean|that is|that was|there)\b")
SAYS = re.compile(
    r"\b(?:told|gave|give|said|say|read|typed|type|used|use|put|tried|try|entered|enter|set|chose|make it"
    r"|go for|go with"
    r"|have|says|said|puse|usé|dije|di|dado|gesagt|eingegeben|gegeben|genommen)(?: (?:her|him|them|you|it"
    r"|out|in|to|the|a))*"
    r"(?: (?:\w+ ){0,2})?(?:it was |is |was |as )?$"
)
TRIED = re.compile(r"\b(?:tried|used|using|typed|typing|put|entered|set|probado|puesto|usado|versucht|eingegeben)\b")
FAILS = re.compile(
    r"\b(?:reject\w*|works?|worked|working|connect\w*|log ?in|let me in|wrong|incorrect|invalid|refused"
    r"|accepted|entra|funciona|geht"
    r"|falsch|abgelehnt)\b"
)
RESETS = re.compile(r"\b(?:reset|restablecer|zurücksetzen)\b")
GLUED_BEFORE = re.compile(r"[\w/-]$")
DEFINITE = re.compile(
    r"\b(?:the|those|these|all|los|las|estos|die|alle|need|has|had|have|got|el|del|le|oder|or|zone|hay|only"
    r"|just|press(?:ed)?|by|at|about|to|of|in|on|and|chose|option) $"
)
CONFIRMS = re.compile(r"\W*(?:yes|yeah|yep|right|correct|perfect|ah|sí|ja|genau)\b(?:\W+\w+){1,4}\W*$")
CARD_SEEN = re.compile(
    r"\b(?:after|behind|above|over|beside|besides|next to|by|near|under|below|got|have|had) (?:\w+ ){0,2}$"
)
"""Words before a card's number that is not asked for."""
CARD_DONE = re.compile(r"(?:s| is|'s)? (?:done|got|noted|fine|taken|there|in|and expiry done)\b")
COUNTERED = re.compile(r"\W*(?:of|from|in|for) (?:my|the|mine)\b[^?]{0,24}\?")
"""A question of which secret pieces are asked for, before they are said: ``of my pin? four and zero``."""
REACTS = re.compile(
    r"\b(?:match\w*|wrong|incorrect|accept\w*|correct|right|great|perfect|lovely|fine|works?|worked|isn't"
    r"|doesn't|not|thank\w*"
    r"|received|verified|case sensitive|not found|on file|noted|changed|set|updated|done|stimmt|passt|falsch"
    r"|richtig|correct[ao]|coincide)\b"
)
_DIGIT_WORDS = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|twenty|thirty|forty"
    "|fifty|sixty|seventy|eighty|ninety|\\d+"
)
SINGLE_LETTER = re.compile(r"(?<![\w'])[b-hj-np-xz](?![\w'])")
FAULT = re.compile(r"[EF]\d{1,3}|ERR\d+")
"""A letter and a few digits by which machines name an error."""
LETTER_LIKE = re.compile(
    r"(?<![\w'])(?:[a-z] (?:for|as in|like|wie)|(?:[b-df-xz]|be|ce|efe|ge|hache|jota|ka|ele|eme|ene|pe|cu"
    r"|erre|ere|ese|te|uve|equis|zeta) de)"
    r" [^\W\d_]{2,}"
)
"""A letter that is said with a word that begins with it."""
WRITTEN_SO = re.compile(
    rf"(?<![\w'])([\w'-]{{4,}}(?: (?:{_DIGIT_WORDS}))*),? (?:(?:and )?(?:it's )?all |in |written |klein |with )*"
    r"(?:one word|lower ?case|no spaces|small letters|small(?=$|[.,])|capitals|caps|geschrieben)\b"
)
"""A word whose spelling is described."""
DATED_CODE = re.compile(
    r"(?<![\d/])(?:0?[1-9]|1[0-2]) ?/ ?(?:20)?[2-4]\d(?:,| and| then|;| /|\s)+(?:and |then "
    r"|code )*(\d{3,4})(?![\d/.,-]?\d)"
)
WRITTEN_PAIR = re.compile(r"\d+ (?:and|or|und|oder|y|o) \d+")
ROUND = re.compile(r"\d+00|.*(?:hundred|thousand)")
"""Digits as amounts have them."""
DASHED = re.compile(r"(?<![\w-])\d\d-\d\d-\d\d(?![\w-])")
CARD_ASKED = re.compile(
    r"\b(?:card (?:number|details)|long (?:card )?number|(?:sixteen"
    r"|16)[- ]digits?|card no|kartennummer"
    r"|número de (?:la |su )?tarjeta|details (?:of|off|from) (?:the|your) card)\b"
)
EXPIRY = re.compile(r"\b(?:exp(?:ir(?:y|es|ing|ation)(?: date)?|\.)?|valid (?:to|thru|until|till|through))\b")
DATE_BETWEEN = re.compile(r"\b(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\d\b[^?!]{0,12}$")
EXPIRY_DATE = re.compile(r"\b(?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4]\d\b")
EXPIRY_WRITTEN = re.compile(r"\d[\d /-]*")
EXPIRY_ASKED = re.compile(r"\bexp(?:ir|\b)|valid (?:to|thru|until)|run out|ablauf|gültig|caduc|venc|\bdates?\b")
HOMOPHONE_BEFORE = re.compile(r"(?<!\w)(to|too|for|fore|ate|won) $")
HOMOPHONE_AFTER = re.compile(r" (to|too|for|fore|ate|won)(?= thanks| thank you| please| i think| yes|[,.]|$)")
PRIVATE = re.compile(r"birth|born|anniversary|house|street|address|flat|number plate|date|year")
"""What people make their PINs of."""
SPELLS = re.compile(r"\b(?:capital|upper ?case|lower ?case)\b")
FORGOTTEN = re.compile(
    r"\b(?:don't|dont|can't|cannot|forg[eo]t\w*|remember|no idea|why|what|not sure|weiß|vergessen|recuerdo"
    r"|olvid\w+)\b"
)
GLUED = re.compile(
    r"(?<![a-z0-9])(?:cvv2?|cvc2?|cv2|csc|cid|pin|otp|tan|puk|pw|pass|code)[:=#.-]?(\d{3,8})(?![\w-])"
    r"|(?<![\w-])(\d{3,8})(?:cvv|cvc|csc|cid|pin|otp|tan)\b"
)
ODD_DIGITS = re.compile(r"(?<![\w-])(?=[o\d]*\d)(?=\d*o)[\do]{3,4}(?![\w-])")
BEHIND_EMAIL = re.compile(r"@[\w.-]+\.[a-z]{2,}[\s,;:/|]+(?:and |mit |y |password )?(\S{6,})")
WARNS = re.compile(
    r"\b(?:don't|do not|never|shouldn't|should not|no need|please don't|can't take|cannot take"
    r"|not (?:share|read|send|give|post|type)|was that|is that"
    r"|removed|nicht|niemals|nunca)\b"
)
ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|next|\d(?:st|nd|rd|th)"
    r"|one|digit|letter|character)\b"
)
SINGLE = re.compile(r"\b(?:an?|be|another|it's|is) $")
CARD_TALK = re.compile(
    r"\b(?:card|visa|mastercard|amex|american express|debit|credit|payment|pay|expiry|expir\w+|valid (?:to"
    r"|till|thru|until)|cvv|karte|kreditkarte|zahlung|tarjeta|pago)\b"
)
LINE = re.compile(
    r"(?:\d[ -]?){12,19}[\s,;.|/]+(?:exp\w*[\s:.]*|valid \w+ )?(?:0?[1-9]|1[0-2]) ?[/"
    r"|-]? ?(?:20)?[2-4]\d[\s,;.|/]+(?:and |code |cvv |sec )*(\d{3,4})(?![\d/.-])"
)
OFFER = re.compile(r"[A-Za-z]{4,}\d{1,3}")
OFFERED = re.compile(r"\b(?:checkout|basket|discount|% off|vouchers?|promo\w*|coupons?|gutschein|rabatt|descuento)\b")
LONG = re.compile(r"\d{4}[ -]?\d{4}[ -]?\d{4}|\d{4} \d{6} \d")
