"""The law of proven values: what a check shows to be a card, an IBAN or an e-mail address is masked whole, in five languages."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.es import dni
from stdnum.iso7064 import mod_97_10

from auscult.domain.privacy.redaction import PLACEHOLDER, Hints, Utterance, redacted
from auscult.redactors.builtin import BuiltIn

NUMBERS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze",
}
FRAMES = {
    "en": ("my card is {}", "it's {} thanks", "{}"),
    "de": ("meine Karte ist {}", "ja also {} danke", "{}"),
    "es": ("mi tarjeta es {}", "es {} gracias", "{}"),
    "fr": ("ma carte est {}", "c'est {} merci", "{}"),
    "pt": ("o meu cartão é {}", "é {} obrigado", "{}"),
}
PAUSES = {"en": "uh", "de": "äh", "es": "eh", "fr": "euh", "pt": "hum"}
LANGUAGES = sorted(NUMBERS)
BEGINNINGS = (("4", 16), ("51", 16), ("2221", 16), ("6011", 16), ("37", 15), ("3528", 16))
FORMS = {
    "DE": "n" * 18,
    "GB": "aaaa" + "n" * 14,
    "NL": "aaaa" + "n" * 10,
    "ES": "n" * 20,
    "AT": "n" * 16,
    "PT": "n" * 21,
}
MAIL = {
    "en": ("at", "dot"),
    "de": ("at", "punkt"),
    "es": ("arroba", "punto"),
    "fr": ("arobase", "point"),
    "pt": ("arroba", "ponto"),
}
ANY = {
    language: re.compile(rf"\d|\b(?:{'|'.join(set(words.split()) - {'un', 'um'})})\b")
    for language, words in NUMBERS.items()
}

digits = st.text("0123456789", min_size=40, max_size=40)
letters = st.text("BCDFGHKLMNPRSTVWZ", min_size=4, max_size=4)
languages = st.sampled_from(LANGUAGES)
separators = st.sampled_from(("", " ", "-", ".", " - ", "\u00a0", "\u2013"))


def card_of(kind: tuple[str, int], rest: str) -> str:
    """Return a number of an issuer with its check digit."""
    body = (kind[0] + rest)[: kind[1] - 1]
    return body + luhn.calc_check_digit(body)


def iban_of(country: str, rest: str, bank: str) -> str:
    """Return an IBAN with its check digits."""
    own = "".join(
        each if kind == "n" else bank[at] for at, (kind, each) in enumerate(zip(FORMS[country], rest, strict=False))
    )
    return f"{country}{mod_97_10.calc_check_digits(own + country)}{own}"


def groups(number: str) -> list[str]:
    """Return a number in groups, a card of 15 digits as it is printed."""
    cuts = (0, 4, 10, 15) if len(number) == 15 else range(0, len(number) + 4, 4)
    return [number[at:behind] for at, behind in pairwise(cuts) if number[at:behind]]


def said(language: str, group: str) -> str:
    """Say a group digit by digit, with teens in one word, and letters as they are."""
    words = NUMBERS[language].split()
    parts = re.findall(r"1[0-4]|\d|[A-Z]", group)
    return " ".join(words[int(part)] if part.isdecimal() else part.lower() for part in parts)


def left(language: str, *turns: str) -> list[str]:
    """Return what is left of numbers in turns that an agent and a customer take."""
    utterances = [Utterance(("agent", "customer")[index % 2], text) for index, text in enumerate(turns)]
    texts = redacted(list(turns), BuiltIn().find(utterances, Hints())).texts
    return [found for text in texts for found in ANY[language].findall(PLACEHOLDER.sub("", text))]


cards = st.builds(card_of, st.sampled_from(BEGINNINGS), digits).filter(lambda card: "0000000" not in card)
"""Without those that are published for tests."""
ibans = st.builds(iban_of, st.sampled_from(sorted(FORMS)), digits, letters)


@given(card=cards, separator=separators, language=languages, frame=st.integers(0, 2))
def test_a_written_card_leaves_nothing(card: str, separator: str, language: str, frame: int) -> None:
    """With any separator, in a sentence or alone."""
    assert not left(language, "", FRAMES[language][frame].format(separator.join(groups(card))))


@given(card=cards, language=languages, pause=st.integers(0, 3), frame=st.integers(0, 2))
def test_a_said_card_leaves_nothing(card: str, language: str, pause: int, frame: int) -> None:
    """In words, with a filler or a comma after one group."""
    parts = [said(language, group) for group in groups(card)]
    parts[min(pause, len(parts) - 2)] += (f" {PAUSES[language]}", ",")[pause % 2]
    assert not left(language, "", FRAMES[language][frame].format(" ".join(parts)))


@given(card=cards, language=languages)
def test_a_card_with_its_date_and_code_leaves_the_card_nowhere(card: str, language: str) -> None:
    """A date after a card takes none of its digits."""
    turn = FRAMES[language][0].format(f"{' '.join(groups(card))} 08/29")
    assert "[card 1]" in redacted([turn], BuiltIn().find([Utterance("customer", turn)], Hints())).texts[0]


@given(iban=ibans, separator=st.sampled_from(("", " ", "-")), is_small=st.booleans(), frame=st.integers(0, 2))
def test_a_written_iban_leaves_nothing(iban: str, separator: str, *, is_small: bool, frame: int) -> None:
    """In capital letters or small ones."""
    written = separator.join(groups(iban.lower() if is_small else iban))
    assert not left("en", "", ("{}", "pay it to {} thanks", "IBAN: {}")[frame].format(written))


@given(iban=ibans, language=languages)
def test_a_spelled_iban_leaves_nothing(iban: str, language: str) -> None:
    """Letters one by one, digits in words."""
    assert not left(language, "IBAN?", said(language, iban))


@given(first=st.sampled_from(("anna", "jonas", "lucia", "hugo")), last=st.sampled_from(("weber", "santos", "ruiz42")),
       sign=st.sampled_from((".", "_", "-", "")), domain=st.sampled_from(("example.org", "mail.co.uk", "web.de")))  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "write to {} please", "<{}>", "e-mail:{},", "ich bin {}."])
def test_a_written_address_of_mail_is_masked_whole(frame: str, first: str, last: str, sign: str, domain: str) -> None:
    """Whatever is around it; the mailbox of a business is none of a person."""
    text = frame.format(f"{first}{sign}{last}@{domain}")
    after = redacted([text], BuiltIn().find([Utterance("customer", text)], Hints())).texts[0]
    assert after == frame.format("[email 1]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_said_address_of_mail_is_masked_whole(language: str) -> None:
    """With the language's words for the signs."""
    at, dot = MAIL[language]
    text = f"anna {dot} weber {at} gmail {dot} com"
    after = redacted(["", text], BuiltIn().find([Utterance("agent", "e-mail?"), Utterance("customer", text)], Hints()))
    assert after.texts[1] == "[email 1]"


@given(rest=digits, way=st.sampled_from(("{}", "DNI {}", "es el {}")))
def test_a_national_number_with_its_letter_leaves_nothing(rest: str, way: str) -> None:
    """A letter that is a check of eight digits."""
    number = rest[:8] + dni.calc_check_digit(rest[:8])
    assert not left("es", "su DNI por favor", way.format(number))


@given(
    card=cards,
    thing=st.sampled_from(
        ("order number", "Bestellnummer", "número de pedido", "numéro de commande", "código de rastreio")
    ),
)
def test_a_number_that_is_named_as_a_thing_s_is_no_card(card: str, thing: str) -> None:
    """Context that says so counts for more than a check digit, which one number in ten has right."""
    turn = f"{thing} {card}"
    found: Sequence[str] = [one.kind for one in BuiltIn().find([Utterance("customer", turn)], Hints())]
    assert "card" not in found
