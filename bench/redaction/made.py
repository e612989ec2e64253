"""Conversations made of sentences and values of five languages, to fit to: ``made_of`` has the sentences and lists.

The same ones each time. They show how values of each kind are written and said, and are never measured.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from stdnum import ean, iban, luhn
from stdnum.br import cpf
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.iso7064 import mod_11_10
from stdnum.pt import nif

from auscult.wording.word_lists import read_lines
from bench.redaction.labelled import Case, case_of

_LISTS = read_lines(Path(__file__).with_name("made_of") / "sentences.txt")
_TITLES = frozenset(
    [
        "card",
        "iban",
        "account",
        "phone",
        "email",
        "address",
        "birth_date",
        "expiry",
        "security_code",
        "name",
        "national_number",
        "none",
    ]
)
_LANGUAGES = ("en", "de", "es", "fr", "pt")
_TIMES, _SEED = 8, 11
"""How often each sentence is used."""
_SLOT = re.compile(r"<(\w+)>")
_KIND = {
    "card4": "card", "account8": "account", "sort": "account", "blz": "account", "postcode": "address", "town": "address",
    "street": "address", "cvv": "security_code", "pin": "security_code", "otp": "security_code", "given": "name",
    "password": "security_code", "word": "security_code", "surname": "name",
    **dict.fromkeys(
        ("ssn", "nino", "passport", "licence", "steuer", "ausweis", "svnr", "dni", "nie", "curp", "nir", "fiscal", "cpf",
         "nif", "rg"),
        "national_number",
    ),
}  # fmt: skip
_PLAIN = frozenset(
    [
        "order",
        "serial",
        "ean",
        "amount",
        "small",
        "time",
        "ref",
        "hotline",
        "ownmail",
        "version",
        "meter",
        "flight",
        "site",
        "soon",
    ]
)
"""Values that are not personal."""
_FORMS: Mapping[str, str] = {
    "card4": "####",
    "expiry": "1#/2#|0#/3#|0#/202#|0#-2#|0# 2#", "cvv": "###|####", "security_code": "###", "pin": "####|#####", "otp": "######|### ###|########",
    "password": "Xyz##xy!|xyzx####|Xyzxyz-##", "account": "########|#########|XX######|### ### ###|#### ####|XX-#####-X|##########",
    "account8": "########", "sort": "##-##-##|## ## ##", "blz": "### ### ##", "ssn": "4##-##-####|5## ## ####",
    "nino": "QE ## ## ## C|JG######A", "passport": "#########|C#X##X###|XX#######", "licence": "XYZXY6##1##XY9XY|X###-####-####",
    "ausweis": "L#X##X###|T2########", "svnr": "## ###### X ###", "nie": "X#######X|Y#######X", "fiscal": "## ## ### ### ###",
    "curp": "XYXY8#051#HDFXYZ0#", "rg": "##.###.###-#", "order": "####-####|######|XX-######|#### #### ####|#########|3##-#######-#######",
    "serial": "SN ########|XX##X####X|X#-####-##", "amount": "### €|#,## Euro|$##.##|1.###,## €|## euros|£###|R$ ##,##|###.##",
    "small": "#|1#", "time": "1#:30|#:00|1#h|1# Uhr|# pm", "ref": "XX####|X#Y#Z#|REF-#####|#######", "version": "#.#.##|1#.#",
    "hotline": "0800 ### ####|0800 ######|0 800 ## ## ##|900 ### ###|0800 ### ## ##", "meter": "#####|0####,#|####.#",
    "flight": "XX ####", "site": "example-shop.com|acme.de", "ownmail": "service@acme-shop.com|info@firma-online.de|support@example.org",
    "zip": "#####", "zip4": "1###|8###", "cep": "#####-###", "ptpost": "4###-###", "ukpost": "LS# #XY|SW1# #XB|M## #AB",
    "n": "#|1#|2#|4#|1##|#a", "soon": "1#.0#.2026|0#/0#|2#/11/2026|monday|next tuesday",
}  # fmt: skip
"""Forms of values, one of several: # is a digit, and X, Y and Z are letters."""
_PHONES: Mapping[str, str] = {
    "en": "07### ######|020 7### ####|+44 7### ######|(2##) 555-01##|2##-555-01##|0161 4## ####|+1 4## 555 01##|0803 ### ####",
    "de": "0151 ########|0176 #######|030 #######|0221 / ######|+49 171 #######|0664 #######|07## ######",
    "es": "6## ## ## ##|6## ### ###|9## ## ## ##|+34 6## ### ###|55 #### ####|7## ######", "pt": "9## ### ###|(11) 9####-####|11 9#### ####|+351 91# ### ###|21 ### ## ##",
    "fr": "06 ## ## ## ##|07 ## ## ## ##|01 ## ## ## ##|+33 6 ## ## ## ##|06########|0470 ## ## ##",
}  # fmt: skip
_CARDS = ("4##############", "5#3############", "37############", "51#############", "224############", "36###########")
"""Beginnings of cards, without the check digit."""
_IBANS = {"DE": 18, "AT": 16, "ES": 20, "FR": 23, "PT": 21, "CH": 17, "BE": 12, "GB": 14, "NL": 10, "IE": 14}
"""Digits behind the check digits; banks of the last three are letters."""
_BANKS = {"GB": "BARC", "NL": "INGB", "IE": "AIBK"}
_ACCENTS = str.maketrans("áàãâéêèëíïóõôúüùçñöäß", "aaaaeeeeiiooouuucnoas")
_WRITTEN, _SMALL, _FILLED = 0.5, 0.5, 0.15
"""Shares of values that are written, of talk in small letters, and of digits behind a filler."""


def made() -> Iterator[Case]:
    """Yield the conversations."""
    for language in _LANGUAGES:
        maker = _Maker(language, random.Random(f"{_SEED} {language}"))  # noqa: S311  (no secret)
        titles = [title for title in _LISTS if title.startswith(language) and title.split()[1] in _TITLES]
        for title in titles:
            for line in _LISTS[title]:
                yield from (case_of(maker.sentence(line)) for _ in range(_TIMES))


class _Maker:
    """Sentences and values of one language, by a generator of random numbers."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self._language, self._chance = language, chance
        self._months, self._fillers = self._words("months"), self._words("filler")
        self._numbers, self._tens = self._words("numbers"), self._words("tens")

    def sentence(self, line: str) -> str:
        """Return a sentence with values in the place of their kinds, each marked with its own where it is personal."""
        is_small = self._chance.random() < _SMALL

        def filled(found: re.Match[str]) -> str:
            kind = found[1]
            value = self._value(kind)
            return value if kind in _PLAIN else f"{{{_KIND.get(kind, kind)}:{value}}}"

        turns: list[str] = []
        for turn in line.split(" || "):
            speaker, _, text = turn.partition(": ")
            text = _SLOT.sub(filled, text)
            turns.append(f"{speaker}: {text.lower().replace(',', '') if is_small else text}")
        return " || ".join(turns)

    def _words(self, name: str) -> list[str]:
        return [word for line in _LISTS[f"{self._language} {name}"] for word in line.split()]

    def _title(self, name: str) -> str:
        return self._one(_LISTS[f"{self._language} {name}"])

    def _one(self, its: Sequence[str]) -> str:
        return self._chance.choice(its)

    def _value(self, kind: str) -> str:
        """Return a value of a kind: by a method of its name, or by one of its forms, written or said."""
        made = getattr(self, f"_{kind}", None)
        if made is not None:
            return made()
        text = self._form(self._one((_PHONES[self._language] if kind == "phone" else _FORMS[kind]).split("|")))
        return self._said(text) if self._chance.random() > _WRITTEN and re.fullmatch(r"[\d ()/+.-]+", text) else text

    def _form(self, form: str) -> str:
        return "".join(
            str(self._chance.randrange(10)) if each == "#" else self._one("ABCDEFGHJKLMNPRSTUVWXYZ") if each in "XYZ"
            else self._one("abcdefghkmnprstuvw") if each in "xyz" else each
            for each in form
        )  # fmt: skip

    def _card(self) -> str:
        digits = self._form(self._one(_CARDS))
        digits += luhn.calc_check_digit(digits)
        if self._chance.random() > _WRITTEN:
            return self._said(digits)
        sizes = (4, 6, 5) if len(digits) == 15 else (4, 4, 4, 4)
        return self._grouped(digits, sizes, ("", " ", " ", "-"))

    def _iban(self) -> str:
        country = self._one(list(_IBANS))
        own = _BANKS.get(country, "") + self._form("#" * _IBANS[country])
        whole = f"{country}{iban.calc_check_digits(f'{country}00{own}')}{own}"
        if self._chance.random() > _WRITTEN:
            letters = " ".join(whole[:2].lower() if self._chance.random() < _SMALL else whole[:2])
            rest = whole[2:]
            if own[0].isalpha():
                return f"{letters} {self._said(rest[:2])} {' '.join(rest[2:6].lower())} {self._said(rest[6:])}"
            return f"{letters} {self._said(rest)}"
        return self._grouped(whole, (4,) * 7, ("", " ", " ", "-"))

    def _grouped(self, text: str, sizes: Sequence[int], signs: Sequence[str]) -> str:
        parts: list[str] = []
        for size in sizes:
            parts, text = [*parts, text[:size]], text[size:]
        return self._one(signs).join(part for part in (*parts, text) if part)

    def _said(self, text: str) -> str:
        """Return digits in words: one by one, in twos, or both, with a filler here and there."""
        digits = [each for each in text if each.isdecimal()]
        in_twos, words, at = self._chance.random() * 0.7, list[str](), 0
        while at < len(digits):
            two = "".join(digits[at : at + 2])
            if two[0] != "0" and len(two) == 2 and self._chance.random() < in_twos:
                words.append(self._number(int(two)))
                at += 2
                continue
            words.append(self._numbers[int(digits[at])])
            at += 1
            if self._chance.random() < _FILLED / 3:
                words.append(self._one(self._fillers))
        return " ".join(words)

    def _number(self, value: int) -> str:
        """Return a number below 100 in words."""
        if value < len(self._numbers):
            return self._numbers[value]
        ten, one = divmod(value, 10)
        if self._language == "fr" and ten in (7, 9):
            return f"{self._tens[ten - 3]}-{self._numbers[10 + one]}"
        if not one:
            return self._tens[ten - 2]
        if self._language == "de":
            return f"{self._numbers[one].removesuffix('s') if one == 1 else self._numbers[one]}und{self._tens[ten - 2]}"
        joint = {"es": " y ", "pt": " e ", "en": self._one((" ", "-")), "fr": "-"}[self._language]
        return f"{self._tens[ten - 2]}{joint}{self._numbers[one]}"

    def _name(self) -> str:
        return f"{self._given()} {self._surname()}"

    def _given(self) -> str:
        return self._one(self._words("given"))

    def _surname(self) -> str:
        return self._one(self._words("surname"))

    def _word(self) -> str:
        return self._one(self._words("word"))

    def _email(self) -> str:
        local = [self._given(), self._surname()]
        if self._chance.random() < _FILLED:
            local = [local[0][0], local[1]]
        sign, domain = self._one((".", ".", "_", "-", "")), self._one(self._words("domain"))
        number = self._form("##") if self._chance.random() < _WRITTEN / 2 else ""
        its = [part.lower().translate(_ACCENTS) for part in local]
        if self._chance.random() < _WRITTEN:
            return f"{sign.join(its)}{number}@{domain}"
        signs = {".": self._one(self._words("dot")), "_": self._title("low line"), "-": self._title("hyphen"), "": ""}
        parts = [*its[:1], *([signs[sign]] if sign else []), *its[1:], *([self._said(number)] if number else [])]
        name, *rest = domain.split(".")
        return " ".join((*parts, self._one(self._words("at")), name, *(f"{signs['.']} {part}" for part in rest)))

    def _places(self, form: str) -> str:
        def filled(found: re.Match[str]) -> str:
            name = found[1]
            return (
                self._one(self._words(name)) if name in ("P", "T") else self._form(self._one(_FORMS[name].split("|")))
            )

        return _SLOT.sub(filled, form)

    def _street(self) -> str:
        return self._places(self._one(_LISTS[f"{self._language} street"]))

    def _town(self) -> str:
        return self._places(self._one(_LISTS[f"{self._language} place"]))

    def _address(self) -> str:
        return f"{self._street()}{self._one((', ', ' ', ', '))}{self._town()}"

    def _postcode(self) -> str:
        form = {"en": "ukpost", "de": "zip", "es": "zip", "fr": "zip", "pt": self._one(("cep", "ptpost"))}[
            self._language
        ]
        text = self._form(self._one(_FORMS[form].split("|")))
        return self._said(text) if self._chance.random() > _WRITTEN and self._language != "en" else text

    def _birth_date(self) -> str:
        day, month = self._chance.randint(1, 28), self._chance.randint(1, 12)
        year = self._chance.randint(1935, 2006)
        way = self._chance.randrange(5)
        if way < 2:
            sign = "." if self._language == "de" else self._one("/-")
            return f"{day:02}{sign}{month:02}{sign}{year if way else year % 100:02}"
        name, of = self._months[month - 1], {"es": " de ", "pt": " de ", "en": " "}.get(self._language, " ")
        if way == 2:
            return f"{day}{'.' if self._language == 'de' else ''}{of}{name}{of}{year}"
        short = self._number(year % 100) if year % 100 > 9 else self._numbers[year % 100]
        return f"{self._number(day)}{of}{name if way == 3 else self._number(month)}{of}{short}"

    def _ean(self) -> str:
        text = self._form("40##########")
        return text + ean.calc_check_digit(text)

    def _steuer(self) -> str:
        text = self._form("4#########")
        return self._maybe_said(text + mod_11_10.calc_check_digit(text))

    def _dni(self) -> str:
        text = self._form("########")
        return f"{text}{self._one(('', '-', ' '))}{dni.calc_check_digit(text)}"

    def _nir(self) -> str:
        text = self._form("2 8# 0# 75 ### ###")
        return self._maybe_said(f"{text} {nir.calc_check_digits(text.replace(' ', ''))}")

    def _nif(self) -> str:
        text = self._form("2#######")
        return self._maybe_said(text + nif.calc_check_digit(text))

    def _cpf(self) -> str:
        text = self._form("#########")
        whole = text + cpf._calc_check_digits(text)  # noqa: SLF001
        return self._maybe_said(self._one((whole, cpf.format(whole))))

    def _maybe_said(self, text: str) -> str:
        return text if self._chance.random() < _WRITTEN else self._said(text)
