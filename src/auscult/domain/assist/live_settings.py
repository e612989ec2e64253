"""Settings of assistance of an app: silence that ends a conversation, number of summaries, reasons, playbooks."""

from typing import Annotated

from msgspec import Meta, Struct

from auscult.domain.definitions.playbook import DialogTask, Playbook, check_ids

Reason = Annotated[str, Meta(min_length=1, max_length=100)]
ReasonList = Annotated[tuple[Reason, ...], Meta(max_length=20)]


class Reasons(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reasons that an agent may pick with a thumb up, and with a thumb down."""

    like: ReasonList = ()
    dislike: ReasonList = ()


class FeedbackReasons(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The reasons for an answer (suggested or searched), for a summary, and for the assistant as a whole."""

    answer: Reasons = Reasons(
        like=("Relevant Suggestion", "Saved Time"),
        dislike=("Irrelevant Suggestion", "Inaccurate Content", "Outdated Content", "Duplicate Message"),
    )
    summary: Reasons = Reasons(
        like=("Accurate Content", "Saved Time"),
        dislike=("Inaccurate Content", "Incomplete Content", "Too Long"),
    )
    widget: Reasons = Reasons(
        like=("Easy To Use", "Helpful"),
        dislike=("Transcript not consistent", "Too Slow", "Hard To Use"),
    )


class AssistSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of assistance in an app.

    Seconds of silence after which a conversation is over; seconds within which the same words without a name or a time
    are one message sent twice; interim summaries that each agent may ask for in a conversation; playbooks and dialog
    tasks that are followed.
    """

    idle_after_s: Annotated[int, Meta(ge=10, le=7 * 86_400)] = 1800
    repeat_within_s: Annotated[int, Meta(ge=0, le=3600)] = 10
    summaries_per_agent: Annotated[int, Meta(ge=0, le=100)] = 2
    reasons: FeedbackReasons = FeedbackReasons()
    playbooks: Annotated[tuple[Playbook, ...], Meta(max_length=50)] = ()
    dialogs: Annotated[tuple[DialogTask, ...], Meta(max_length=100)] = ()

    def __post_init__(self) -> None:
        """Refuse playbooks or dialog tasks of one id."""
        check_ids(self.playbooks, self.dialogs)
