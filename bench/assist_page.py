"""Frames of the agent's page while a conversation streams into it, and while a long one is opened: a trace of Chromium.

    python -m bench.assist_page [--messages 500] [--rate 50] [--passages 1000]

Customer and agent take turns, and the assistant suggests to what customers ask. What is counted are the tasks of the
page's main thread, from Chromium's own trace: a frame is late where one of them takes longer than 50 ms. Wall time
depends on what else the machine does, processor time does not; both are printed. Next to them is what the page itself
observes (``long-animation-frame``).
"""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import jwt
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By

from auscult.cli.operations.token import make_link
from auscult.domain.assist.live_settings import AssistSettings
from auscult.domain.tenancy import Client
from bench.assist import TENANT, fill, serving
from bench.knowing import questions
from tests.e2e.browsing import FLAGS

GOAL_MS = 50
CATEGORIES = "devtools.timeline,disabled-by-default-devtools.timeline"
OBSERVE = """
  window.late = [];
  new PerformanceObserver((list) => list.getEntries().forEach((each) => window.late.push(each.duration)))
    .observe({ type: "long-animation-frame" });
"""


class Tasks(NamedTuple):
    """Tasks of the page's main thread: the longest by the clock and of the processor, and how many are late by each."""

    number: int
    wall_ms: float
    processor_ms: float
    late: int
    late_of_processor: int
    within: str


def main() -> None:
    """Serve, open, stream, open again, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50, help="messages a second; 0: as fast as they are taken")
    parser.add_argument("--passages", type=int, default=1_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/bench.db"
        client = fill(url, Path(name), chosen.passages, AssistSettings())
        with serving(url, Path(name)) as (address, _), browser() as driver:
            say(client, address, 1, 0)
            ada: dict[str, str | None] = {"id": "a-ada", "name": "Ada"}
            driver.get(make_link(f"{address}/assist/c-1", client.client_id, client.secret, ada))
            wait(driver, 1)
            driver.execute_script(OBSERVE)
            driver.get_log("performance")
            began = time.perf_counter()
            say(client, address, chosen.messages, chosen.rate)
            wait(driver, chosen.messages)
            seconds = time.perf_counter() - began
            observed = driver.execute_script("return window.late")
            streamed = tasks(driver)
            cards = len(driver.find_elements(By.CSS_SELECTOR, "#talk .card, #current .card"))
            driver.refresh()
            wait(driver, chosen.messages)
            reopened = tasks(driver)
    rate = f"at {chosen.rate:g}/s" if chosen.rate else "as fast as they are taken"
    print(f"{os.cpu_count()} cores; {chosen.messages} messages {rate}, {cards} suggestions, {seconds:.1f} s")
    show("streamed in", streamed)
    show("opened again", reopened)
    print(
        f"  {len(observed)} long animation frames observed while streaming, longest {max(observed, default=0):.0f} ms"
    )


def show(name: str, found: Tasks) -> None:
    """Print two lines."""
    print(
        f"{name:14} {found.number} tasks, longest {found.wall_ms:.1f} ms ({found.processor_ms:.1f} ms of the processor), "
        f"{found.late} over {GOAL_MS} ms ({found.late_of_processor} by the processor)"
    )
    print(f"  the longest of the processor: {found.within}")


@contextmanager
def browser() -> Iterator[Chrome]:
    """Start a browser that keeps a trace."""
    options = ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"traceCategories": CATEGORIES})
    driver = Chrome(options=options, service=Driver("/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


def wait(driver: Chrome, count: int) -> None:
    """Wait until this number of messages is shown."""
    while driver.execute_script("return document.querySelectorAll('#turns .turn').length") < count:
        time.sleep(0.2)
    time.sleep(1.0)


def say(client: Client, address: str, count: int, rate: float) -> None:
    """Let customer and agent say things in turns, the first of them again without effect."""
    asked = [question for _, question in questions()]
    token = jwt.encode({"appId": client.client_id}, client.secret, algorithm="HS256")
    hook = f"/agentassist/api/v1/hooks/{TENANT.app_id}"
    with httpx.Client(base_url=address, headers={"token": token}, timeout=60) as http:
        began = time.perf_counter()
        for n in range(count):
            by = "AGENT" if n % 2 else "USER"
            text = "Let me look at that for you." if n % 2 else asked[n // 2 % len(asked)]
            body = {
                "conversationId": "c-1",
                "botId": TENANT.app_id,
                "query": text,
                "messageId": f"m-{n}",
                "agentId": "a-ada",
                "experience": "chat",
                "author": {"type": by},
                "source": "genesys",
                "sendUserMessage": not n % 2,
                "sendAgentMessage": bool(n % 2),
                "language": "en",
            }
            if rate:
                time.sleep(max(0.0, began + n / rate - time.perf_counter()))
            http.post(hook, json=body).raise_for_status()


def tasks(driver: Chrome) -> Tasks:
    """Read the trace since it was last read. Chromium gives it in portions, and may give it late."""
    events: list[dict[str, Any]] = []
    drawn: Counter[tuple[int, int]] = Counter()
    while not drawn:
        messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
        events += [each["params"] for each in messages if each["method"] == "Tracing.dataCollected"]
        drawn.update((each["pid"], each["tid"]) for each in events if each.get("name") == "FireAnimationFrame")
    thread = drawn.most_common(1)[0][0]
    found = [
        each
        for each in events
        if each.get("name") == "RunTask" and each.get("ph") == "X" and (each["pid"], each["tid"]) == thread
    ]
    wall = [each["dur"] / 1000 for each in found]
    processor = [each.get("tdur", 0) / 1000 for each in found]
    return Tasks(
        len(found),
        max(wall),
        max(processor),
        sum(each > GOAL_MS for each in wall),
        sum(each > GOAL_MS for each in processor),
        within(max(found, key=lambda each: each.get("tdur", 0)), events),
    )


def within(task: dict[str, Any], events: Iterable[dict[str, Any]]) -> str:
    """Tell what a task consists of, in milliseconds of the processor."""
    parts: Counter[str] = Counter()
    for each in events:
        is_inside = task["ts"] <= each.get("ts", 0) < task["ts"] + task["dur"] and each is not task
        if is_inside and (each["pid"], each["tid"]) == (task["pid"], task["tid"]):
            parts[each["name"]] += each.get("tdur", 0) / 1000
    return ", ".join(f"{name} {ms:.1f}" for name, ms in parts.most_common(8))


if __name__ == "__main__":
    main()
