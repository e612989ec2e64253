"""Language of a conversation by its most frequent small words: English, German, Spanish, French, Portuguese."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_SMALL: Mapping[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the and you is to i it my that of can have for your me this what do are was with not on we be how a "
        "hello thanks please order been will at good morning afternoon speaking yes hi thank would",
        "de": "ich und sie die der das ist nicht ein eine mir es zu den mit wie kann was auf haben für wir bei habe "
        "guten danke bitte ihre ihnen mein noch auch dem im bin tag",
        "es": "de la que el en y los se del las un por con no una su para es al lo como más pero sus le ya me mi usted "
        "hola gracias buenos días está qué",
        "fr": "de la le les et je vous est des un une pas que pour dans il sur avec ce mon ma ne au du votre en bonjour "
        "merci oui nous êtes suis c'est j'ai à",
        "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao meu minha você eu "
        "olá obrigado obrigada bom dia está é",
    }.items()
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MOST_WORDS = 400
_LEAST, _CLEAR = 2, 1.25


def language_of(texts: Iterable[str]) -> str | None:
    """Return the code of the language of some texts; None where their words do not show it.

    >>> language_of(["Guten Tag, was kann ich für Sie tun?"])
    'de'
    """
    words: list[str] = []
    for text in texts:
        words += _WORD.findall(text.casefold())
        if len(words) >= _MOST_WORDS:
            break
    counted = Counter(words)
    points = sorted(((sum(counted[word] for word in small), code) for code, small in _SMALL.items()), reverse=True)
    (most, code), (second, _other) = points[:2]
    return code if most >= _LEAST and most >= _CLEAR * second else None
