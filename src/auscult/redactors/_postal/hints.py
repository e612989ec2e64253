"""Words, signs and postcodes of which every address has one: a filter before the search for addresses."""

from auscult.redactors._numeric.hints import DIGIT
from auscult.redactors._patterns import searcher

HAS_ADDRESS = searcher(
    r"\b(?:street|road|avenue|boulevard|lanes?|crescent|terrace|parkway|highway|rd|ave|blvd|ln|drive|court|place"
    r"|way|close|square"
    r"|circle|trail|gardens|grove|hill|park|st|dr|ct|apartment|apt|box|rue|calle|avenida|via|viale|piazza|rua|plaza"
    r"|paseo|carrera|corso|travessa|villas|pk|gdns|avda|av|pza|ctra|all[eé]e|chemin|impasse|quai|cours|passage"
    r"|sentier|postfach|zip|post ?code|esplanade|promenade|causeway|turnpike|wharf|quay|yard|heights|parade"
    r"|embankment|wynd|vale|hollow|cove|knoll|brae|garth|croft|approach|strada|calea|bulevardul|caddesi|cad\.|sokak"
    r"|mahallesi|bulvar|utca"
    r"|cottage|lodge|rectory|vicarage|\d+ the|broadway|row|mews|walk|rise|green|view|loop|plz|postal)\b"
    r"|(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|straat|laan|gracht|plein|vej|gade|gatan|vägen|gata|katu"
    r"|veien|gaten|ulica) \d|(?:straße|strasse|allee|gasse|straat|laan|gracht) \pL"
    r"|\b(?:rural route|garden|hwy|mile marker|lot \d)\b|\b(?:ul|al|os|pl)\.|\bc/ ?\pL|\br\.? ?r\.? ?#?\d"
    r"|[a-z]\d[a-z\d]? ?\d[a-z]{2}\b|\b[a-z]\d[a-z][ -]?\d[a-z]\d\b|, [a-z]{2} \d{5}|\b[a-z]\d[\dw] ?[a-z\d]{4}\b"
    r"|\d ?[a-z]?, (?:[a-z]{1,2}-)?(?:\d{4,5}|\d{3} \d\d) [a-z]|\d{5} [a-zäöüß-]{3,}, [a-zäöüß -]{4,} \d"
    r"|\b(?:nagar|phase|sector|cross|chowk|vihar|colony|address|eir ?code|moved|wohne|woon|forge|living at|live at"
    r"|plot|block|flat \d|house,|pike|layout|ship to)"
    rf"|\b[a-z] (?:[a-z] )?(?:{DIGIT} )+(?:[a-z] (?:[a-z]\b|{DIGIT})|[a-z]\b|{DIGIT} [a-z])"
)
