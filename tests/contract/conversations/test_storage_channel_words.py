"""Rows found by any word that means their channel."""

from datetime import timedelta

from auscult.domain.contact import Contact
from auscult.storage.store import AppStore
from tests.contract.storing import REPORT, conversation, names, put, query

HOUR = timedelta(hours=1)


def test_any_word_that_means_the_channel_finds_a_row(app: AppStore) -> None:
    """Voice or chat, the contact centre's own word and the source each find a conversation, alone or among others."""
    put(
        app,
        conversation("c-1", source="korevg"),
        conversation("c-2", after=HOUR, channel="chat", contact=Contact(channel="rtm")),
        conversation("c-3", after=2 * HOUR, contact=Contact(channel="Campaign")),
        conversation("c-4", after=3 * HOUR),
    )
    for words, found in (
        (("korevg",), "1"), (("rtm",), "2"), (("campaign",), "3"), (("rtm", "voice"), "1234"), (("fax",), ""),
    ):  # fmt: skip
        rows = [f"c-{n}/1/{REPORT}" for n in found]
        assert names(app, channel_words=words) == rows
        assert app.conversations.page(query(channel_words=words)).total == len(rows)
