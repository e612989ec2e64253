"""The console in another language: asked for by the browser, chosen by the reader, and kept."""

import pytest

from auscult.storage.privacy.log import LIST_REFUSED, RESTORED
from tests.data_files import data_of, tuples_of
from tests.e2e.consoles import signed_in
from tests.e2e.serving import Service

CONSOLE = {"weeks": 4}


def test_language_of_the_browser(served: Service) -> None:
    """A browser that asks for German gets German."""
    with signed_in(served, "qa-manager") as client:
        page = client.get("/console/conversations", headers={"Accept-Language": "de-CH,de;q=0.9"}).text
    assert '<html lang="de"' in page
    assert "Gespräche" in page
    assert "Abmelden" in page


def test_chosen_language_is_kept(served: Service) -> None:
    """What the reader chose goes before what the browser asks for."""
    with signed_in(served, "qa-manager") as client:
        answer = client.post("/console/language", data={"language": "de", "back": "/console/overview"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/overview")
        german = client.get("/console/overview").text
        client.post("/console/language", data={"language": "en", "back": "/console"})
        english = client.get("/console/overview", headers={"Accept-Language": "de"}).text
    assert "Abmelden" in german
    assert "Sign out" in english
    assert "Abmelden" not in english


def test_chosen_language_holds_for_agent_assist(served: Service) -> None:
    """Agent assist opens in the language that was chosen in the console, also where one was kept for the console alone."""
    with signed_in(served, "qa-manager") as client:
        client.cookies.set("auscult_language", "en", domain="127.0.0.1", path="/console")
        client.post("/console/language", data={"language": "de"})
        assist = client.get("/assist/c-1", headers={"Accept-Language": "en"})
        assert '<html lang="de"' in client.get("/console").text
        client.post("/console/language", data={"language": ""})
        english = client.get("/assist/c-1", headers={"Accept-Language": "en"})
    assert '<html lang="de"' in assist.text
    assert "Cookie" in assist.headers["vary"]
    assert '<html lang="en"' in english.text


@pytest.mark.parametrize(("path", "german", "english"), data_of(__file__, "sentences_of_pages"))
def test_sentences_of_pages(served: Service, path: str, german: str, english: str) -> None:
    """A page writes its sentences in the language that is asked for, and not in the other one."""
    with signed_in(served, "qa-manager") as client:
        in_german = client.get(f"/console{path}", headers={"Accept-Language": "de"}).text
        in_english = client.get(f"/console{path}", headers={"Accept-Language": "en"}).text
    assert german in in_german
    assert english not in in_german
    assert english in in_english
    assert german not in in_english


def test_sign_in_refused(served: Service) -> None:
    """Who is not signed in is answered in the language of the browser."""
    headers = {"Accept-Language": "de", "Origin": served.url}
    given = {"email": "nobody@example.com", "password": "wrong"}
    answer = served.http.post(f"{served.url}/console/sign-in", data=given, headers=headers)
    assert answer.status_code == 401
    assert "E-Mail-Adresse oder Passwort ist falsch." in answer.text


@pytest.mark.parametrize(
    ("role", "path", "texts"),
    tuples_of(__file__, "views_speak_the_language"),
)
def test_views_speak_the_language(served: Service, role: str, path: str, texts: tuple[str, ...]) -> None:
    """What Python says on a page, tables of words among it, is in the language of the page."""
    with signed_in(served, role) as client:
        page = client.get(f"/console{path}", headers={"Accept-Language": "de"}).text
    assert [each for each in texts if each not in page] == []


@pytest.mark.parametrize(
    ("name", "text"), [(RESTORED, "Löschsperren können fehlen"), (LIST_REFUSED, "kann seit 1. November 2026 nicht")]
)
def test_retention_shows_that_nothing_is_erased(served: Service, name: str, text: str) -> None:
    """After a restore, or while the list in its second place refuses, with what the operator has to do."""
    served.store.log.keep_sent(1_793_530_800_000, name)
    with signed_in(served, "administrator") as client:
        page = client.get("/console/administration/retention", headers={"Accept-Language": "de"}).text
    served.store.log.keep_sent(0, name)
    assert ("Zurzeit wird nichts gelöscht" in page, text in page) == (True, True), page
