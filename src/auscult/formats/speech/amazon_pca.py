"""Post Call Analytics, Amazon's published solution: its file of results for a call."""

from collections.abc import Iterator
from typing import Any, ClassVar

from auscult.formats._contract import Source
from auscult.formats._others.json_records import JsonReader
from auscult.formats._others.labels import side_of
from auscult.formats._others.recognised import ms_of
from auscult.formats._others.talk import Said, Talk
from auscult.formats._records import Fields


class AmazonPca(JsonReader):
    """One file a call: ``SpeechSegments``, and the names of speakers, which say the side, in ``SpeakerLabels``."""

    name: ClassVar[str] = "amazon-pca"
    title: ClassVar[str] = "Post Call Analytics JSON"
    makers: ClassVar[tuple[str, ...]] = (
        "https://github.com/aws-samples/amazon-transcribe-post-call-analytics/blob/main/docs/output_json_structure.md (Amazon)",
        "https://github.com/aws-samples/amazon-transcribe-post-call-analytics (Amazon)",
        "https://github.com/stelligent/mphasis-digital-risk-post-call-analytics/blob/main/pca-server/src/pca/pcaresults.py (Mphasis Stelligent, a fork)",
    )
    keys: ClassVar[frozenset[str]] = frozenset({"ConversationAnalytics", "SpeechSegments"})

    def is_mine(self, record: dict[str, Any]) -> bool:
        """Return whether it has its two parts."""
        return self.keys <= record.keys()

    def talks(self, record: Fields, source: Source) -> Iterator[Talk]:
        """Yield the one call."""
        del source
        about = record.fields("ConversationAnalytics")
        people = {one.text("Speaker", "a name as spk_0"): one for one in about.each("SpeakerLabels")}
        said = [_segment(one, people) for one in record.required_list("SpeechSegments", "a list of segments")]
        agents = [one.agent_id for one in said if one.agent_id] or [about.maybe_text("Agent")]
        job = next((one.fields("TranscribeJobInfo") for one in about.each("SourceInformation")), None)
        yield Talk(
            source=self.name,
            said=said,
            channel="voice",
            id=about.maybe_text("GUID") or (job and job.maybe_text("TranscriptionJobName")),
            started_at=about.maybe_at("StartTime") or about.maybe_at("ConversationTime"),
            language=about.maybe_text("LanguageCode"),
            agents=[{"id": agent} for agent in dict.fromkeys(agents) if agent],
        )


def _segment(one: Fields, people: dict[str, Fields]) -> Said:
    """Return a turn. Of several agents, each has the id that the telephony knows them by."""
    speaker = one.maybe_text("SegmentSpeaker") or ""
    person = people.get(speaker)
    name = (person and person.maybe_text("DisplayText")) or ""
    side = "bot" if one.get("IVRSegment") is True else side_of(name)
    return Said(
        one.maybe_text("DisplayText") or one.words("OriginalText", "the words of the segment"),
        name or speaker or None,
        side,
        agent_id=person.maybe_text("UserId") if person and side == "agent" else None,
        start_ms=ms_of(one.number("SegmentStartTime", "a number of seconds")),
        end_ms=ms_of(one.number("SegmentEndTime", "a number of seconds")),
    )
