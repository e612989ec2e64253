"""Which language is spoken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.analyzers.language import Language, language_of
from auscult.domain.insight import Insights
from tests.unit.analyzers.conversations import talk


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello my name is karen and i have a question about the bill", "en"),
        ("ja guten tag ich habe ein problem mit meiner rechnung", "de"),
        ("hallo ik wil graag mijn abonnement opzeggen", "nl"),
        ("hola necesito ayuda con mi factura por favor", "es"),
        ("もしもし、請求書について質問があります", "ja"),
        ("नमस्ते मुझे अपने बिल में मदद चाहिए", "hi"),
        ("bonjour je voudrais annuler mon abonnement", "fr"),
        ("你好我想取消订单", "zh"),
        ("안녕하세요 주문을 취소하고 싶어요", "ko"),
        ("Здравствуйте, я хочу отменить заказ", "und"),
        ("mm-hm", "en"),
        ("4471 2290", "en"),
    ],
)
def test_tells_the_language_of_what_came_as_english(text: str, language: str) -> None:
    """A document that says nothing is English to us; text that plainly is something else is not."""
    assert language_of(text, "en") == language


@pytest.mark.parametrize(
    ("text", "given_language", "language"),
    [
        ("hello how are you today", "de", "de"),
        ("mujhe apne bill mein madad chahiye", "hi", "hi"),
        ("नमस्कार मला मदत हवी आहे", "mr", "mr"),
        ("東京", "ja", "ja"),
        ("もしもし", "nl", "ja"),
        ("hello i have a problem with the bill can you help me", "ja", "en"),
        ("Здравствуйте", "uk", "uk"),
    ],
)
def test_the_document_wins_unless_its_script_is_wrong(text: str, given_language: str, language: str) -> None:
    """What the document says counts, where the text can be that."""
    assert language_of(text, given_language) == language


@given(
    language=st.sampled_from(["en", "de", "nl", "es", "ja", "hi"]),
    text=st.text(alphabet="0123456789 .,-!?", max_size=40),
)
def test_text_without_letters_says_nothing(language: str, text: str) -> None:
    """Then the document has the last word."""
    assert language_of(text, language) == language


def test_reads_regions_as_their_language() -> None:
    """``en-GB`` and ``EN_us`` are English."""
    for given_language in ("en-GB", "EN_us"):
        assert Language().analyze(talk("C: hello there", language=given_language), {}, Insights()) == "en"


def test_notes_of_the_system_are_not_speech() -> None:
    """An English note in a German chat does not make it English."""
    asked = talk("S: the agent has joined the chat and will be with you", "C: ich habe eine frage zu der rechnung")
    assert Language().analyze(asked, {}, Insights()) == "de"
