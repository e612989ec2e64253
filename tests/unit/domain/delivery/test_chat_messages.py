"""Messages for channels: what a template may name, and values that stay plain words."""

from typing import Any

import pytest

from auscult.domain.delivery.chat_messages import FIELDS, LONGEST, check_template, message
from auscult.domain.errors import RequestError
from tests.data_files import data_of

VALUES = dict.fromkeys(FIELDS, "") | {
    "kind": "audited",
    "conversation_id": "c-1",
    "app_id": "<!channel> & *all*",
    "score": "85",
    "link": "https://quality.example.com/console/conversations/c-1",
}


def text_of(found: dict[str, Any]) -> str:
    """What a card says."""
    (attachment,) = found["attachments"]
    (block,) = attachment["content"]["body"]
    return block["text"]


def test_slack_text() -> None:
    """Slack gets a text: values are escaped, so that none calls a channel, and what is missing is a dash."""
    template = "*{app_id}* <{link}|{conversation_id}> {kind}: {score}, {form_id}"
    assert message("slack", template, VALUES) == {
        "text": "*&lt;!channel&gt; &amp; *all** <https://quality.example.com/console/conversations/c-1|c-1> audited: 85, -"
    }


def test_teams_card() -> None:
    """Teams gets an Adaptive Card with one block of text, values escaped for its Markdown."""
    found = message("teams", "{app_id}: [open]({link}) {{{score}}}", VALUES)
    assert text_of(found) == (
        r"<!channel> & \*all\*: [open](https://quality.example.com/console/conversations/c-1) {85}"
    )
    assert (found["type"], found["attachments"][0]["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )


def test_usual_wording() -> None:
    """Without a template the message names the conversation, what happened, the score and the link."""
    assert message("slack", "", VALUES | {"result": "passed"})["text"] == (
        f"Conversation c-1: audited. Score 85, passed. {VALUES['link']}"
    )
    assert message("slack", "", VALUES | {"link": ""})["text"] == "Conversation c-1: audited. Score 85, -."


@pytest.mark.parametrize("template", ["", "{score}", "{{}} {link}\nnext line", "plain"])
def test_good_templates(template: str) -> None:
    """Fields, braces that are meant as such, several lines, none at all."""
    check_template("slack", template)
    check_template("teams", template)


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        *data_of(__file__, "bad_templates"),
        ("x" * (LONGEST + 1), "2,001 characters; give at most 2,000"),
    ],
)
def test_bad_templates(template: str, reason: str) -> None:
    """Each with what would be right."""
    with pytest.raises(RequestError) as caught:
        check_template("teams", template)
    assert caught.value.reason == "webhook.bad_template"
    assert reason in caught.value.message


def test_json_has_no_template() -> None:
    """A template for signed JSON is a mistake, and is said to be one."""
    check_template("standard", "")
    with pytest.raises(RequestError, match="choose slack or teams"):
        check_template("standard", "{score}")
