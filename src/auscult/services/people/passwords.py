"""Passwords: refused where they are soon guessed, as zxcvbn estimates, and hashed with Argon2id.

Hashing takes tens of milliseconds and 64 MiB, so few are hashed at a time.
"""

import re
from collections.abc import Iterable, Sequence
from threading import BoundedSemaphore
from typing import Any, NoReturn

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from auscult.domain.errors import RequestError, coded
from auscult.domain.people.users import LONGEST_PASSWORD

COST = RFC_9106_LOW_MEMORY
"""Cost of a hash: 3 passes over 64 MiB."""
_HASHER = PasswordHasher.from_parameters(COST)
_AT_A_TIME = BoundedSemaphore(4)

# Of no password that is known: verified where there is none, so that it takes as long.
_DECOY = "$argon2id$v=19$m=65536,t=3,p=4$mPb+hEQ8EoMhO9hNy/h3sA$zWX1Xu2Gq7vz6yKyXjkZPNX1LO+Fz6Sj2jKMtAlCTW0"

SHORTEST_PASSWORD = 12

_SCORE = 3
"""Least score of zxcvbn: 100 million tries, of which a thief of hashes makes few in a second and a stranger far fewer."""

_JUDGED = 40
"""Characters that are judged: zxcvbn takes far longer for more."""

_SHORTEST_WORD = 3
_PRODUCT = "auscult"

# Words that passwords in German and of offices are made of; zxcvbn has lists of English ones.
_COMMON = """
passwort kennwort geheim geheimnis hallo willkommen schatz schatzi liebe liebling sommer winter herbst frühling
fruehling montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz maerz april mai juni
juli august september oktober november dezember ostern weihnachten urlaub fussball fußball bayern münchen
muenchen berlin hamburg köln koeln frankfurt stuttgart dresden leipzig deutschland österreich oesterreich schweiz
computer rechner arbeit büro buero firma chef kollege telefon anruf kunde kunden kundendienst qualität qualitaet
sonne blume engel prinzessin hund katze maus admin administrator verwaltung anmeldung zugang benutzer
benutzername test quality support service callcenter contactcenter welcome changeme supervisor auditor qwertz
qwertzuiop yxcvbnm
"""

_WHY = {
    "spatial": coded("keys that are next to each other are tried early"),
    "repeat": coded("repeated characters and words are tried early"),
    "sequence": coded("sequences such as abc or 6543 are tried early"),
    "regex": coded("years and dates are tried early"),
    "date": coded("years and dates are tried early"),
}
_OWN = coded("it is made of the user's name or address, or of the name of this product")
_POPULAR = coded("it resembles one that many people use")
_WORDS = coded("one or two common words or names are tried early")
_SIMPLE = coded("it is too simple")


def hash_password(password: str) -> str:
    """Return the hash to store."""
    with _AT_A_TIME:
        return _HASHER.hash(password.encode(errors="surrogatepass"))


def is_right(stored: str | None, password: str) -> bool:
    """Return whether a password fits a stored hash. Without a hash it takes as long, and none fits."""
    with _AT_A_TIME:
        try:
            _HASHER.verify(stored or _DECOY, password.encode(errors="surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Return whether a hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def check_password(password: str, *own: str) -> None:
    """Refuse a password that is too long or soon guessed; ``own`` are the user's address and name.

    Raises ``RequestError`` ``password.guessable``, ``password.invalid``, never with the password.
    """
    if len(password) > LONGEST_PASSWORD:
        raise RequestError(
            "invalid password; give {least} to {most} characters",
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
            code="password.invalid",
            field="password",
        )
    if len(password) < SHORTEST_PASSWORD:
        _refuse(coded("it has fewer than {n} characters", n=SHORTEST_PASSWORD))
    words = _words_of(own)
    result = _judged(password, words)
    if result["score"] < _SCORE:
        _refuse(_why(result["sequence"], words))
    rest = re.sub("|".join(map(re.escape, words)), "", password, flags=re.IGNORECASE)
    if rest != password and (not rest or _judged(rest, words)["score"] < _SCORE):
        _refuse(_OWN)


def _refuse(why: str) -> NoReturn:
    raise RequestError(
        "guessable password: {why}; give several words that have nothing to do with each other",
        why=why,
        code="password.guessable",
        field="password",
    )


def _words_of(own: Iterable[str]) -> list[str]:
    """Return the words that a password may not be made of, the longest first."""
    texts = [each.strip().lower() for each in (_PRODUCT, *own)]
    words = {part for text in texts for part in (text, *text.split("@"), *re.split(r"[\W_]+", text))}
    return sorted((each for each in words if len(each) >= _SHORTEST_WORD), key=lambda each: (-len(each), each))


def _judged(password: str, words: Sequence[str]) -> Any:  # noqa: ANN401  (what zxcvbn returns)
    import zxcvbn  # noqa: PLC0415  (800 KB of words, for the few who set a password)

    return zxcvbn.zxcvbn(password[:_JUDGED], user_inputs=[*words, *_COMMON.split()])


def _why(sequence: Sequence[Any], words: Sequence[str]) -> str:
    """Return why a password is guessable, by what makes up most of it."""
    most = max(sequence, key=lambda each: len(each["token"]))
    if most["pattern"] != "dictionary":
        return _WHY.get(most["pattern"], _SIMPLE)
    if most["matched_word"] in words:
        return _OWN
    return _POPULAR if most["dictionary_name"] == "passwords" else _WORDS
