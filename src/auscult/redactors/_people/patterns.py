"""Patterns of names and of the words around them."""

import re

from auscult.redactors._patterns import searcher

NAME = re.compile(r"[^\W\d_]+(?:['\u2019.-]?[^\W\d_]+)*")
PLAIN = re.compile(r"[^\W\d_]+")
CAPITAL = re.compile(
    r"(?<![\w'\u2019@.-])[A-ZÀ-ÖØ-ÞĀ-Ž](?:[a-zß-öø-ÿā-ž]|['\u2019][A-Z])[^\W\d_]*(?:['\u2019-](?!s\b)[^\W\d_]+)*"
)
"""A word with a capital letter and small ones: ``Ivo``, ``O'Neill``; of ``Ivo's`` without its end."""
SHORTENED = re.compile(r"['\u2019](?!s\b)\w")
"""Rest of a contraction, as after ``Don`` in ``Don't``; ``Ann's`` is still Ann."""
FIRM = re.compile(r" (?:&|and) (?:sons?|daughters?|co|partners|bros|brothers)\b|['\u2019]s secret\b")
"""Endings that turn a name into a firm: ``Nelson & Sons``."""
LETTERS = frozenset("bcfghjklnpqrvwxyz")
"""Letters that stand alone in spelled words only."""
OWNS = re.compile(r"['\u2019]s ")
GAP = re.compile(r"[ .]{1,2}|-")
RELATIVES = (
    "wife|husband|son|daughter|mother|father|mum|mom|dad|partner|brother|sister|colleague|boss|nan|gran|aunt|uncle"
)
STRONG = searcher(
    r"\b(?:(?:first |last |middle |full |maiden |family |sur|fore|birth |given |legal "
    r"|preferred )?names?(?: on the \w+| on file)?(?: is|'s|\x{2019}s|:| was| are)|(?:first|last|full|family|given"
    r"|sur|fore) ?name,?|"
    rf"(?:{RELATIVES})(?:'s|\x{{2019}}s) (?:first |last )?name,?|"
    rf"(?:{RELATIVES}|neighbou?r|friend|gran(?:ny|dma|dad|dpa)?|niece|nephew|cousin|flatmate|carer)(?:'s"
    rf"|\x{{2019}}s| is| was) (?:called|named)|"
    r"call me|calls? (?:me|him|her|them)|names? which (?:is|was)|(?:on|to) the name of|i am called|i'm called"
    r"|under the name(?: of)?|(?:in the )?name of|in the name of|"
    r"kind regards,?|best regards,?|warm regards,?|many thanks,|best wishes,?|yours,? (?:sincerely|faithfully"
    r"|truly),?|sincerely(?: yours)?,|signed,|"
    r"je m'appelle|mein name ist|(?:der )?name ist|ich hei(?:ß|ss)e|me llamo|mi nombre es|mi chiamo|meu nome é"
    r"|ik ben|mijn naam is|jag heter|"
    r"(?:mr|mrs|ms|mister)\.? (?:and|&|or) (?:mr|mrs|ms|miss)\.?|"
    r"mr\.?|mrs\.?|ms\.?|dr\.?|herr|frau|señora?|doktor|doctora?|monsieur|signora?|"
    r"(?:(?:speaking|talking|chatting|spoke|speak|talk|chat|spoken|talked|chatted) (?:with|to)|goes by|go by"
    r"|by the name of|"
    r"you(?:'re|\x{2019}re| are) through to|registered to|belongs to|addressed to|account holder(?: is)?"
    r"|cardholder(?: is)?|"
    r"made out to|payable to|mister|miss|doctor|reverend|professor|prof\.?|madame|[,.;] name))"
    r"\s+(?:also |actually |um,? |uh,? |is )*"
)
UNSURE = re.compile(
    r"(?:speak|talk|chat|spoke|goes by|go by|by the name|you|registered|belongs|addressed|account holder"
    r"|cardholder|made out|"
    r"payable|mister|miss|doctor|reverend|prof|madame|[,.;] name)"
)
"""Beginnings of those after which a usual word is no name."""
TITLE = re.compile(
    r"(?:mr|mrs|ms|mister|miss|mx|dr|doctor|professor|prof"
    r"|doktor|doctora|herr|frau|señora?|monsieur|madame|signora?)\.?\s+$"
)
PLACE = re.compile(r"\b(?:san|santa|santo|saint|st|são|fort|port|mount|mt|lake|los|las|cape)\.?\s$")
TOWN = re.compile(r"\s(?:street|st|avenue|ave|road|rd|hills?|beach|city|county|island|falls|springs|airport|park)\b")
"""Words that turn a given name into a place: ``San Francisco``, ``Beverly Hills``."""
SELF = re.compile(r"\b(?:this is|i'm|i\u2019m|i am|it's|it\u2019s|it is|name is|hello|hi),?\s+$")
GOES_ON = re.compile(r",? (?:from|calling|speaking|here|with|how|and (?:i|my|we)\b|on the (?:line|phone)|again\b)")
MET = re.compile(r"\b(?:(this is|i[' \u2019]?a?m|it['\u2019]?s)|hi|hello|hey|hiya|dear|thanks|thank you),?\s$")
"""A greeting or an introduction; the latter as a group."""
IS_MY_NAME = re.compile(r"(?: \w+)? is my (?:first |last |full |sur)?name\b")
CUE = 12
"""Characters of a greeting or an introduction."""
MET_BY = tuple(
    f"{word}{sign} "
    for word in [
        "this is",
        "i'm",
        "i am",
        "im",
        "i\u2019m",
        "it's",
        "its",
        "it\u2019s",
        "hi",
        "hello",
        "hey",
        "hiya",
        "dear",
        "thanks",
        "thank you",
    ]
    for sign in ("", ",")
)
INITIALS = re.compile(r"(?<![\w.])(?:[A-ZÀ-Þ]\.\s?){1,3}$")
APOSTROPHES = frozenset("'\u2019")
INSIDE = "'\u2019-"
GREETED = re.compile(
    r"\s*(?:$|[^\w\s]|(?:my|this|i|i'm|im|it's|its|how|thanks|thank|can|could|would|what|just|are|you|we|is|and"
    r"|yes|no|not|um|uh|"
    r"for|here|speaking|so|good|nice|sorry|please|from|have|do|may|let|that|that's)\b)",
    re.MULTILINE,
)
"""Text after a greeted name: the end of the sentence, or the beginning of a new one."""
THIS_IS = re.compile(r"\bthis is ([^\W\d_]{2,}(?: [^\W\d_]{2,})?) $")
ENDING = searcher(
    r"\b(?:speaking|here|calling|on the (?:line|phone)|am (?:apparat|telefon)|al (?:aparato|teléfono)|à l'appareil"
    r"|al telefono)\b"
)
ASKS = searcher(
    r"\b(?:your|her|his|their|(?:the )?(?:customer|caller|account holder|cardholder|patient|driver|passenger"
    r"|husband|wife|partner|child)'?s) (?:full |first |last |middle |family |given |legal |preferred |sur"
    r"|fore)?names?\b|"
    r"\bwho (?:am i|do i have|is this|i am|i'm) (?:speaking|talking|chatting)|\bwho (?:is this|do i have)\b"
    r"|\bwhom am i\b|\b(?:am i|are you) (?:speaking|talking|chatting)\b|"
    r"\bwho(?:'s|\x{2019}s| is| was)(?: it| that)? (?:calling|speaking|there|this|on the line"
    r"|the (?:\w+ )*(?:\w*holder|driver|passenger|tenant|owner|patient|guest|beneficiary|contact|applicant|payee"
    r"|name))\b|"
    r"\b(?:guest|give(?: me)?(?: a)?|and) name\b|\bname as (?:per|on|in|it)\b|\bwho(?:'s| is) it for\b|"
    r"\bwhose name|\b(?:a|the) name (?:on|for|under|to)\b|\bname (?:on|for|under) (?:the|your|that|this) "
    r"|\b(?:what|which) name\b|\bwhat (?:do|should|can|may) i call you|\band you are\b|\bname,? please"
    r"|\bschreibt man|\bschreiben sie|\bbuchstabier|\bdeletre|\bse escribe|\bspell (?:that|your|it|the|her|his"
    r"|their)\b|\b(?:first|last|full|sur|fore|maiden|middle|family|given|nick) ?name\b"
)
CLAUSE = re.compile(r"[,;?!]")
APART = re.compile(r"[^\s'\u2019.-]|\.\s*\w{2}|\n")
LONG_ANSWER = 60
"""Letters of an answer in which every capitalised word that may be one is a name."""
SPELLS = re.compile(
    r"\bspel(?:l|t|led|ling)|schreib|buchstab|deletre|se escribe|\bépel|letters\b|\b(?:sur|fore)?names?\b"
)
OTHER = re.compile(
    r"\b(?:reference|code|number|postcode|post code|model|plate|registration|booking|confirmation|serial|order"
    r"|ticket|error|flight|voucher)\b"
)
NEAR = 16
"""Characters before spelled letters in which the name may stand that they spell."""
SHORTEST, MOST = 2, 4
SHORT_ANSWER = 8
REACH = 40
_TO_SPACES = bytes(byte if bytes([byte]).isalpha() else ord(" ") for byte in range(256))


def words_in(low: str) -> list[str]:
    """Return the words of a text as ``PLAIN`` finds them; of one in ASCII, as is usual, without its cost."""
    return low.encode().translate(_TO_SPACES).decode().split() if low.isascii() else PLAIN.findall(low)


def offsets_of(low: str, word: str) -> list[int]:
    """Return the offsets of a word by itself in a text in small letters."""
    size = len(word)
    offsets: list[int] = []
    at = low.find(word)
    while at >= 0:
        end = at + size
        after = low[end : end + 1]
        is_alone = not (after.isalnum() or low[at - 1 : at].isalnum())
        if is_alone and (after not in APOSTROPHES or not SHORTENED.match(low, end)):
            offsets.append(at)
        at = low.find(word, end)
    return offsets
