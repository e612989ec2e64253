# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # September in three charts
#
# Managers ask three questions about a month: are we getting better, who needs help, and with what.
# The scores come from the folder that `auscult export` writes.

# %%
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

if "get_ipython" not in globals():  # run as a program: charts go to files alone
    mpl.use("svg")

CHARTS = Path("charts")
CHARTS.mkdir(exist_ok=True)
PASS_MARK = 80
BLUE, RED, GREY = "#2563a8", "#b3261e", "#9aa0a6"
plt.rcParams |= {
    "figure.figsize": (8, 4),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "auscult",
}


def table(name: str) -> pd.DataFrame:
    """Return a table of the export."""
    return pd.concat(pd.read_parquet(path) for path in sorted(Path("warehouse", name).glob("*/rows.parquet")))


conversations = table("conversations").query("status == 'evaluated'")
verdicts = table("verdicts")
conversations["agent"] = conversations["agent_names"].str[0]
print(
    f"{len(conversations)} calls, mean score {conversations['score'].mean():.0f}, {conversations['passed'].mean():.0%} passed"
)


# %% [markdown]
# ## Are we getting better?
#
# The share of calls that passed in each week, with a 95 % interval (Wilson).
# Where the intervals of two weeks overlap widely, the difference may be chance: do not praise or blame anyone for it.


# %%
def wilson(passed: pd.Series) -> tuple[float, float, float]:
    """Return the share of passed calls and its interval, in percent."""
    n, share, z = len(passed), passed.mean(), 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 100 * share, 100 * (middle - half), 100 * (middle + half)


def shares(groups: dict[str, pd.Series]) -> pd.DataFrame:
    """Return share, low and high of each group."""
    return pd.DataFrame({name: wilson(each) for name, each in groups.items()}, index=["share", "low", "high"]).T


monday = conversations["started_at"].dt.tz_convert(None).dt.to_period("W-SUN").dt.start_time
weeks = shares({f"{week:%d %b}": each["passed"].astype(float) for week, each in conversations.groupby(monday)})
figure, axes = plt.subplots()
axes.errorbar(weeks.index, weeks["share"], yerr=[weeks["share"] - weeks["low"], weeks["high"] - weeks["share"]],
              color=BLUE, marker="o", capsize=4)  # fmt: skip
axes.set(ylim=(0, 100), ylabel="calls that passed, %", xlabel="week that begins on", title="Are we getting better?")
figure.savefig(CHARTS / "weeks.svg", bbox_inches="tight")
print(weeks.round().astype(int).to_string())

# %% [markdown]
# ## Who needs help?
#
# Agents in the first and the second half of the month.
# A falling line is a reason to listen to some calls with the agent, not a verdict on the agent.

# %%
half = np.where(conversations["started_at"].dt.day <= 15, "first half", "second half")
agents = conversations.groupby(["agent", half])["score"].mean().unstack()
figure, axes = plt.subplots()
lowest = 0.0  # names are at least five points apart, so that each can be read
for agent, (first, second) in agents.sort_values("second half").iterrows():
    color = RED if second < first - 5 else BLUE
    axes.plot(agents.columns, [first, second], marker="o", color=color)
    axes.text(1.03, max(second, lowest), f"{agent} {second:.0f}", va="center", color=color)
    lowest = max(second, lowest) + 5
axes.axhline(PASS_MARK, color=GREY, linestyle="--")
axes.set(ylim=(0, 100), xlim=(-0.2, 1.5), ylabel="mean score", title="Who needs help? (dashed: the pass mark)")
figure.savefig(CHARTS / "agents.svg", bbox_inches="tight")
print(agents.round().astype(int).to_string())

# %% [markdown]
# ## With what?
#
# The questions that were missed most often, of the calls that they applied to.
# NA counts for nothing: a question about complaints is asked of calls with complaints.

# %%
applied = verdicts[verdicts["adhered"].notna()]
missed = 100 * (1 - applied.groupby("metric_name")["adhered"].mean().astype(float))
counts = applied.groupby("metric_name").size()
missed = missed[missed > 0].sort_values()
figure, axes = plt.subplots()
axes.barh(missed.index, missed, color=BLUE)
for name, percent in missed.items():
    axes.annotate(f" {percent:.0f} % of {counts[name]}", (percent, name), va="center")
axes.set(xlim=(0, 110), xlabel="missed, % of the calls that it applied to", title="With what?")
figure.savefig(CHARTS / "questions.svg", bbox_inches="tight")
print(missed[::-1].round().astype(int).to_string())
