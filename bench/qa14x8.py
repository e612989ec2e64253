"""The workload QA-14x8: conversations of 14 turns of 18 words each, and a form of 8 metrics.

Words are drawn as they come in speech, few often and many seldom; one turn in three holds a sentence that a metric
looks for, and one word in forty is a number or a name that comes up nowhere else.

    python -m bench.qa14x8 20000 > qa14x8.ndjson
"""

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import msgspec

from auscult.domain.conversation import Agent, Conversation, Customer, Queue, Turn

TURNS = 14
WORDS = 18
FORM = Path(__file__).with_name("qa14x8.yaml")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)

COMMON = """the to you i a and it that of is for my have your in on can we me be this with so was not are just do but
okay yes no if will at what would as out get about up there one from or all know had they when an like see need help
thank thanks please right now here then how call order account number time day been because which could should them go
going come back want make take give tell told say said look check find found send sent still also only any some more
than very well good sure sorry great problem issue work working phone email address name date payment card bill charge
charged refund money price month week today yesterday tomorrow morning evening delivery deliver parcel package box
item store shop online website app page button screen click open close start stop change cancel keep return receive
received wait waiting hold moment minute second hour question answer reason mean thing something anything nothing
everything maybe again already yet until before after since while between line internet connection router modem
signal service plan contract upgrade data bank transfer balance statement credit debit insurance policy claim form
claimant doctor appointment flight ticket booking hotel room seat table car repair engine battery warranty colour
size small large wrong broken missing lost late early fast slow happy unhappy agent manager supervisor colleague
team department office system computer update password login reset security code text message letter post""".split()  # noqa: SIM905  (a list would be two hundred lines)

SAID = """good morning thank you for calling|hello and welcome to the service line|my name is robert how are you
how can i help you today|what can i do for you this morning|could you tell me your account number please
can i have your date of birth|i am sorry to hear that|i understand how annoying that must be
one moment please while i look that up|let me put you on hold for a minute|that is all done for you now
i have sent you the confirmation|is there anything else i can do for you|do you need help with something else
thank you for your time and goodbye|have a nice day and take care|i would like to speak to your manager
let me pass you on to my supervisor|my parcel has not arrived and i am waiting since monday""".replace("\n", "|").split(
    "|"
)


def conversations(count: int, seed: int = 1) -> Iterator[Conversation]:
    """So many conversations over ninety days; the same seed gives the same."""
    chance = random.Random(seed)  # noqa: S311  (words, not secrets)
    weights = list(accumulate(1 / (rank + 3) for rank in range(len(COMMON))))
    for number in range(count):
        started = FIRST + timedelta(seconds=number * 7_776_000 // count, milliseconds=chance.randrange(1000))
        turns: list[Turn] = []
        clock = 500
        for index in range(TURNS):
            length = chance.randrange(3_000, 9_000)
            turns.append(
                Turn(
                    id=f"m{index + 1}",
                    speaker="customer" if index % 2 else "agent",
                    text=_text(chance, weights),
                    agent_id=None if index % 2 else "a-1",
                    start_ms=clock,
                    end_ms=clock + length,
                )
            )
            clock += length + chance.randrange(0, 1_500)
        yield Conversation(
            id=f"c-{number:08d}-{chance.getrandbits(64):016x}",
            channel="voice",
            started_at=started,
            ended_at=started + timedelta(milliseconds=clock),
            queues=(Queue(f"qu-{number % 10}", f"Queue {number % 10}"),),
            agents=(Agent("a-1", "Robert", "robert@example.com"),),
            customer=Customer(f"u-{chance.getrandbits(32):08x}"),
            turns=tuple(turns),
            custom_fields={"plan": chance.choice(("gold", "silver", "bronze"))},
        )


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write them as NDJSON."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        file.writelines(encode(conversation) + b"\n" for conversation in conversations(count, seed))


def _text(chance: random.Random, weights: list[float]) -> str:
    words = chance.choice(SAID).split() if chance.random() < 1 / 3 else []
    words += chance.choices(COMMON, cum_weights=weights, k=WORDS - len(words))
    if chance.random() < WORDS / 40:
        words[-1] = str(chance.randrange(10_000, 10_000_000))
    return " ".join(words)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for one in conversations(asked.count, asked.seed):
        sys.stdout.buffer.write(msgspec.json.encode(one) + b"\n")
