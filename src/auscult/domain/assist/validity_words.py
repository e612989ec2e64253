"""Words by which documents state how long they count, in English, Spanish and German.

All of them are letters without accents: texts are compared as ``validity_reading.folded`` gives them.
"""

import re

_MONTHS = (
    ("january", "jan", "enero", "ene", "januar", "janner"),
    ("february", "feb", "febrero", "februar"),
    ("march", "mar", "marzo", "marz", "maerz"),
    ("april", "apr", "abril", "abr"),
    ("may", "mayo", "mai"),
    ("june", "jun", "junio", "juni"),
    ("july", "jul", "julio", "juli"),
    ("august", "aug", "agosto", "ago"),
    ("september", "sept", "sep", "septiembre", "setiembre"),
    ("october", "oct", "octubre", "oktober", "okt"),
    ("november", "nov", "noviembre"),
    ("december", "dec", "diciembre", "dic", "dezember", "dez"),
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_OF = r"(?:\s+(?:of|de|del))?"
_ORDINAL = r"(?:st|nd|rd|th|\.|º|°)?"
_BEFORE_DATE = (
    r"(?:(?:the|el|al|del|dem|den|zum|dia|and including|einschl\.|einschliesslich|incluido)\s+)*"
    r"(?:(?:end of|finales de|fin de|ende)\s+)?"
)
DATE = (
    rf"{_BEFORE_DATE}(?:"
    r"\d{4}-\d{1,2}(?:-\d{1,2})?(?:t[\d:.z+-]+)?(?![\d-])"
    r"|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\d{4}[./]\d{1,2}[./]\d{1,2}\b"
    rf"|\d{{1,2}}{_ORDINAL}{_OF}\s+{_MONTH},?{_OF}\s+\d{{4}}\b"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}\b"
    rf"|{_MONTH},?{_OF}\s+\d{{4}}\b"
    r"|\d{1,2}/20\d\d\b|q[1-4][ /-]?20\d\d\b"
    r"|20\d\d(?=\s*(?:$|[).,;:\]|])|\s+(?:inclusive|to|until|bis|hasta|al)\b)"
    r")"
)
"""A date as documents write it: a day, a month, a quarter or a year. A month or a year stands for all its days."""
DAY_OF_RANGE = rf"(?:{DATE}|{_BEFORE_DATE}\d{{1,2}}{_ORDINAL}(?:{_OF}\s+{_MONTH})?(?=\s))"
"""The first date of a range, which may lack its month and its year: ``1 to 31 March 2025``."""

UNTIL = r"(?:up\s+(?:to|until|till)|until|untill|till|til|through|thru|hasta|bis)"
FROM = r"(?:from|since|as\s+(?:of|from)|starting(?:\s+(?:on|from))?|beginning|desde|a\s+partir|ab|seit|vom|von|del)"
TO = rf"(?:{UNTIL}|to|al|a|-|–|—)"  # noqa: RUF001  (dashes of ranges)
ON = r"(?:on|in|since|from|as\s+of|after|el|en|desde|am|im|seit|zum|ab|mit)"

HOLDS = (
    r"(?:valid(?:ity)?(?:\s+period)?|effective(?:\s+dates?)?|in\s+(?:force|effect)|appl(?:y|ies|ied)|applicable"
    r"|vali[dt][oa]s?|validez|vigencia|vigentes?|en\s+vigor|se\s+aplic(?:a|an|aba|aban|o|aron|ara|aran)|aplicables?"
    r"|g(?:u|ue)ltig(?:keit(?:szeitraum|sdauer)?)?|gilt|gelten|galt|galten|in\s+kraft|wirksam)"
)
"""In force."""
ENDS = (
    r"(?:expir(?:es|ed|ing|y|ation)(?:\s+date)?|ends?|ended|withdrawn|retired|archived|discontinued|superseded"
    r"|replaced|repealed"
    r"|revoked|unavailable\s+after|(?:no\s+longer|not)\s+(?:valid|in\s+force|in\s+effect|current|applicable)"
    r"|no\s+longer\s+appl(?:y|ies)|ceases?d?\s+to\s+(?:apply|be\s+(?:valid|in\s+force|in\s+effect))|lapse[sd]"
    r"|caduc(?:a|an|o|aron|idad)|fecha\s+de\s+caducidad|vence[n]?|vencimiento|vencio|expira[n]?|expiro"
    r"|finaliz[oa]n?|derogad[oa]s?"
    r"|dejo\s+de\s+(?:aplicarse|estar\s+(?:en\s+vigor|vigente))|archivad[oa]s?|archiviert"
    r"|retirad[oa]s?|sustituid[oa]s?|reemplazad[oa]s?|ya\s+no\s+(?:es|esta|son|estan)\s+(?:valid[oa]s?|vigentes?)"
    r"|ablauf(?:datum)?|abgelaufen|endet[e]?|endeten|enden|lauft|lief|aufgehoben|zuruckgezogen|ersetzt|abgelost"
    r"|aus+er\s+kraft|nicht\s+mehr\s+gultig|gilt\s+nicht\s+mehr|gelten\s+nicht\s+mehr)"
)
"""Out of force, on a date or from it on."""
OVER = (
    r"(?:withdrawn|superseded|archived|retired|replaced|discontinued|deprecated|repealed|revoked|expired|obsolete"
    r"|outdated|out\s+of\s+date|(?:no\s+longer|not)\s+(?:valid|in\s+force|in\s+effect|current|applicable)"
    r"|no\s+longer\s+appl(?:y|ies)|not\s+(?:valid|in\s+force|current)\s+any\s*more"
    r"|retirad[oa]s?|derogad[oa]s?|archivad[oa]s?|sustituid[oa]s?|reemplazad[oa]s?|anulad[oa]s?|obsolet[oa]s?"
    r"|caducad[oa]s?|desactualizad[oa]s?|(?:ya\s+no|no)\s+(?:es|esta|son|estan)\s+(?:valid[oa]s?|vigentes?)"
    r"|ya\s+no\s+se\s+aplican?|sin\s+vigencia"
    r"|zuruckgezogen|aufgehoben|archiviert|veraltet|uberholt|abgelaufen|ungultig|aus+er\s+kraft(?:\s+gesetzt)?"
    r"|nicht\s+mehr\s+(?:gultig|in\s+kraft|aktuell)|(?:gilt|gelten)\s+nicht\s+mehr)"
)
"""Out of force now, in what a document states of itself."""
REPLACED_BY = (
    r"(?:(?:superseded|replaced)\s+by|(?:sustituid|reemplazad)[oa]s?\s+por|(?:ersetzt|abgelost)\s+(?:durch|von)"
    r"|successor:)\s+(?:the\s+|el\s+|la\s+|los\s+|las\s+|der?n?\s+|die\s+|das\s+)?"
)
REPLACED_BY_BEFORE = r"\bdurch\s+(?:die\s+|das\s+|den\s+)?([^,;\n]{1,80}?)\s+(?:ersetzt|abgelost)\b"
"""German: what takes the place stands before the verb."""

STRONG = (
    r"(?:archived|superseded|obsolete|outdated|withdrawn|deprecated|retired|expired|discontinued|repealed|invalid"
    r"|out[\s-]of[\s-]date|no\s+longer\s+(?:valid|in\s+force|current)|historic(?:al)?"
    r"|archivad[oa]s?|obsolet[oa]s?|derogad[oa]s?|retirad[oa]s?|caducad[oa]s?|vencid[oa]s?|desactualizad[oa]s?"
    r"|historic[oa]s?|anulad[oa]s?|no\s+vigentes?|sin\s+vigencia"
    r"|archiviert(?:e[nrs]?)?|veraltet(?:e[nrs]?)?|uberholt(?:e[nrs]?)?|abgelaufen(?:e[nrs]?)?|ungultig(?:e[nrs]?)?"
    r"|aufgehoben(?:e[nrs]?)?|zuruckgezogen(?:e[nrs]?)?|historische?[nrs]?|nicht\s+mehr\s+gultig(?:e[nrs]?)?"
    r"|aus+er\s+kraft)"
)
"""Words in a file name, title or heading that mark a document as withdrawn."""
WEAK = (
    r"(?:old|older|former|previous|earlier|prior|legacy|antigu[oa]s?|anterior(?:es)?|viej[oa]s?"
    r"|alt(?:e[nrs]?)|fruhere?[nrs]?|bisherige[nrs]?|ehemalige[nrs]?|vorherige[nrs]?)"
)
"""The same of other things too (an old phone), so it counts only next to a word for a document, or by itself."""
ENDINGS = rf"(?:{STRONG}|old|archive|bak|backup|viej[oa]s?|antigu[oa]s?|anterior(?:es)?)"
"""The last word of the name of a file that is over."""
ENDINGS_BY_LANGUAGE = {"de": r"(?:alt|archiv)", "es": r"(?:archivo\s+historico)"}
"""More of them, which mean something else in other languages (``alt``)."""

_SUBJECT = (
    r"(?:returns?|refunds?|shipping|delivery|privacy|pricing|price|warranty|guarantee|cancell?ation|payment|booking"
    r"|loyalty|travel|exchange|complaints?|data\s+protection|service|cookie|usage|use)"
)
_RULES = (
    r"(?:policy|terms(?:\s*(?:and|&|of)\s*(?:conditions|use|service|sale))?|t&cs?|conditions|rules|guidelines?"
    r"|price\s*list|prices|pricing|rates|fees|charges|procedure|regulations?|agreement|handbook|faq"
    r"|politicas?|condiciones|terminos(?:\s+y\s+condiciones)?|normas|normativa|reglas|reglamento|lista\s+de\s+precios"
    r"|precios|tarifas|procedimiento"
    r"|\w*(?:richtlinien?|bedingungen|regelung(?:en)?|preisliste|preise|konditionen|vorschriften|gebuhren"
    r"|gebuhrenordnung|regeln|satzung)|agbs?)"
)
_SHEETS = (
    r"(?:version|edition|document|page|article|guide|manual|copy|notice|information|info|edicion|documento|articulo"
    r"|guia|aviso|fassung|ausgabe|dokument|seite|artikel|anleitung|leitfaden|merkblatt|hinweise?)"
)
_RANGES = r"(?:for|from|of|and|until|through|in|para|de|del|y|hasta|desde|fur|von|vom|und|bis|ab|im)\b"
OLD_DOCUMENT = re.compile(
    rf"(?:the\s+|our\s+|die\s+|unsere\s+|das\s+|der\s+|las?\s+|los\s+|el\s+|nuestr[oa]s?\s+)?(?:{STRONG}|{WEAK})\s+"
    rf"(?:(?:{_SUBJECT}\s+)?{_RULES}(?=\s*$|\s+(?:\d|{_RANGES}))"
    rf"|{_SHEETS}(?=\s*$|\s+(?:\d|from|until|vom|bis|de\s+\d)))",
    re.IGNORECASE,
)
"""A title, or a part of it, that begins so is of a document that is over: ``old terms``, ``archived returns policy``."""
DOCUMENT_OLD = re.compile(
    rf"(?:.*\s)?(?:(?<!an\s)(?<!a\s)(?<!the\s){STRONG}\s+(?:{_RULES}|{_SHEETS})"
    rf"|(?:{_RULES}|{_SHEETS})(?:\s+(?:de|del|para)\s+(?:\w+\s+){{0,2}}\w+)?\s+(?:{STRONG}"
    rf"|antigu[oa]s?|anterior(?:es)?|viej[oa]s?)(?:\s+de\s+(?:el\s+|las?\s+|los\s+|est[ae]s?\s+)?{_RULES})?)"
    r"\s*(?:20\d\d)?$",
    re.IGNORECASE,
)
"""A title, or a part of it, that ends so is of one: ``returns 2023 archived policy``, ``condiciones antiguas``."""
ONLY_OLD = re.compile(
    rf"(?:now\s+|status\s+)?(?:{STRONG}|old|alt|antigu[oa]s?|viej[oa]s?)(?:\s+20\d\d)?$", re.IGNORECASE
)
"""A part of a title that is nothing else: ``Returns (archived)``, ``OLD: returns``."""

_COPULA = (
    r"(?:is|are|was|were|be|been|has|have|had|will|shall|remains?|remained|only|still|now|currently|also|date"
    r"|es|son|era|eran|fue|fueron|esta|estan|estaba|estaban|estuvo|estuvieron|sera|seran|sigue|solo|ha|han|sido|queda"
    r"|quedan|se"
    r"|ist|sind|war|waren|bleibt|bleiben|wird|wurde|wurden|worden|tritt|treten|trat|traten|nur|noch|bisher)"
)
COPULAS = re.compile(rf"(?:\s*\b{_COPULA})+\s*$", re.IGNORECASE)
WILL = re.compile(r"\b(?:will|shall|sera|seran|wird|werden)\b", re.IGNORECASE)
_THIS = r"(?:this|these|dies(?:e[rs]?)?|est[aeo]s?)"
_THE = rf"(?:{_THIS}|the|our|following|all|die|der|das|unsere?|la|las|el|los|nuestr[oa]s?)"
_OFFERS = (
    r"(?:offers?|promotions?|discounts?|campaign|deal|sale|oferta|promocion|descuento|campana|angebot|aktion|rabatt)"
)
DOCUMENT = re.compile(
    rf"(?:(?:{_THE}\s+)*(?:\w+\s+){{0,2}}?(?:{_RULES}|{_SHEETS})|{_THIS}\s+(?:\w+\s+)?(?:{_OFFERS}|policies))"
    r"(?:\s+(?:of|for|on|de|del|para|fur|von|uber)\s+(?:\w+\s*){1,4})?(?:\s+20\d\d)?\s*$",
    re.IGNORECASE,
)
"""The subject of a sentence that a document states of itself; see ``NO_DOCUMENT``."""
NAMED_RULES = re.compile(
    rf"(?:{_THE}\s+)?(?:(?:{_SUBJECT}|general|current|allgemeine|aktuelle)\s+)?(?:{_RULES}|{_SHEETS})"
    r"(?:\s+(?:of|for|de|del|para|fur)\s+(?:\w+\s*){1,3})?$",
    re.IGNORECASE,
)
"""The same without any other word: a line of text may begin so, where ``see the terms`` is another document."""
NO_DOCUMENT = re.compile(
    rf"(?:(?:the|die|der|das|las?|los|el)\s+)?{WEAK}\b"
    r"|(?:an?|each|every|any|your|his|her|their|my|no|if|when|where|because|unless|not|un|una|cada|tus?|sus?|si|cuando"
    r"|ein|eine|jede[rs]?|ihre?|keine?|wenn|falls)\b",
    re.IGNORECASE,
)
"""Words that a subject must not begin with: ``your policy is valid until …`` is about a customer's policy."""
NOT_THE_DOCUMENT = re.compile(
    r"\b(?:placed|made|bought|purchased|ordered|received|booked|issued|signed|delivered|not|realizad[oa]s|comprad[oa]s"
    r"|emitid[oa]s|bestellt(?:e[nrs]?)?|gekauft(?:e[nrs]?)?|ausgestellt(?:e[nrs]?)?)\b",
    re.IGNORECASE,
)
"""Between what holds and its date: the date is of something else."""
GAP = re.compile(
    rf"[\s:,*_]*(?:{_COPULA}\s+)*(?:only\s+)?(?:(?:for|in|at|on|across|to|en|para|fur|auf|a)\s.*"
    rf"|{FROM}\s.*|dates?|period)?[\s:,*_]*$",
    re.IGNORECASE,
)
"""Words allowed between ``valid`` and its date in a sentence without a subject."""
NOTHING = frozenset({"no", "false", "nein", "none", "null", "never", "0", "nunca", "nie", "falso"})
FIELDS = re.compile(
    r"valid|effective|expir|unavailable|status|state|archiv|deprecat|obsolet|supersed|withdrawn|replaced|successor"
    r"|retired|vigen|caduc|gultig|ablauf",
    re.IGNORECASE,
)
"""Names of metadata that state how long a document counts."""
