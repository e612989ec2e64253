import re
from pathlib import Path
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

import pytest

from auscult.config import PREFIX, Settings, describe, read_settings, read_sources, shown_value, unknown_settings
from auscult.domain.errors import SettingsError
from auscult.domain.scoring.judging import Allowance, Usage
from tests.data_files import data_of

KEY = "A" * 43 + "="


def test_an_empty_environment_gives_the_defaults() -> None:
    """Nothing need be set; the state folder lies in the user's home."""
    settings = read_settings({"HOME": "/home/mary"})
    assert settings == Settings(state_dir="/home/mary/.local/state/auscult")


def test_variables_are_read_by_name_and_type() -> None:
    """A variable is the field's name in capitals after the prefix; an empty one is as good as none."""
    environ = {"AUSCULT_PORT": "0", "AUSCULT_TOKEN_AUDIENCE": "qa", "AUSCULT_HOST": "", "XDG_STATE_HOME": "/state"}
    settings = read_settings(environ)
    assert (settings.port, settings.token_audience, settings.host) == (0, "qa", "127.0.0.1")
    assert settings.state_dir == "/state/auscult"


def test_what_a_command_chose_goes_before_the_environment() -> None:
    """An option beats its variable; an option not given (None) does not."""
    settings = read_settings({"AUSCULT_PORT": "1", "AUSCULT_WORKERS": "3"}, port=2, workers=None)
    assert (settings.port, settings.workers) == (2, 3)


@pytest.mark.parametrize(
    ("name", "value"), data_of(__file__, "a_wrong_value_names_variable_value_and_what_would_be_right")
)
def test_a_wrong_value_names_variable_value_and_what_would_be_right(name: str, value: str) -> None:
    """The message alone is enough to mend it."""
    with pytest.raises(SettingsError) as caught:
        read_settings({PREFIX + name: value})
    assert caught.value.field == PREFIX + name
    assert PREFIX + name in caught.value.message
    assert value in caught.value.message
    assert describe(name.lower()) in caught.value.message


def test_a_description_names_every_choice() -> None:
    """A setting with choices can be set right by its error alone."""
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        for choice in get_args(kind) if get_origin(kind) is Literal else ():
            assert re.search(rf"\b{choice}\b", describe(name)), (name, choice)


def test_a_wrong_option_is_named_as_the_option() -> None:
    """What came from the command line is not blamed on a variable."""
    with pytest.raises(SettingsError, match=r"^port cannot be '-1'"):
        read_settings({}, port=-1)


def test_secrets_are_not_shown() -> None:
    """Neither a key that cannot be used nor a password in a URL reaches a message."""
    with pytest.raises(SettingsError) as caught:
        read_settings({"AUSCULT_SECRET_KEY": "hush"})
    assert "hush" not in caught.value.message + str(caught.value.value)
    with pytest.raises(SettingsError) as caught:
        read_settings({"AUSCULT_DATABASE_URL": "mysql://mary:hush@host/name"})
    assert "mysql://mary:***@host/name" in caught.value.message
    assert read_settings({"AUSCULT_SECRET_KEY": KEY}).secret_key == KEY


def test_slips_of_the_pen_are_told() -> None:
    """A variable with our prefix that nothing reads, with what was meant; others are none of our business."""
    assert unknown_settings(
        {
            "AUSCULT_DATBASE_URL": "x",
            "AUSCULT_XYZZY": "x",
            "AUSCULT_PORT": "1",
            "AUSCULT_CLIENT_SECRET": "x",
            "PORT": "2",
        }
    ) == [
        "AUSCULT_DATBASE_URL is no setting; did you mean AUSCULT_DATABASE_URL?",
        "AUSCULT_XYZZY is no setting; docs/reference/settings.md lists all",
    ]


@pytest.mark.parametrize(("settings", "field"), data_of(__file__, "half_a_judge_is_refused"))
def test_half_a_judge_is_refused(settings: dict[str, str], field: str) -> None:
    """With the setting that is missing or wrong, before anything is done."""
    with pytest.raises(SettingsError) as caught:
        read_settings({f"AUSCULT_JUDGE_{name}": value for name, value in settings.items()})
    assert caught.value.field == f"AUSCULT_JUDGE_{field}"


def test_a_judges_key_is_not_repeated() -> None:
    """It is a secret, whatever is wrong with it."""
    with pytest.raises(SettingsError) as caught:
        read_settings({}, judge_api_key=["sk-1"])
    assert "sk-1" not in f"{caught.value.message} {caught.value.value}"


def test_amounts_are_exact() -> None:
    """Prices are decimals, counted in billionths; a cached token costs what another one does unless it is said."""
    settings = read_settings(
        {
            "AUSCULT_JUDGE_URL": "http://x/v1",
            "AUSCULT_JUDGE_MODEL": "m",
            "AUSCULT_JUDGE_PRICE_IN": "0.1",
            "AUSCULT_JUDGE_PRICE_OUT": "0.3",
            "AUSCULT_JUDGE_COST_PER_DAY": "12.345678901",
        }
    )
    assert settings.judge_prices
    assert settings.judge_prices.cost(Usage(tokens_in=7, tokens_cached=2, tokens_out=1)) == 1_000
    assert settings.judge_allowance == Allowance(tokens=None, cost=12_345_678_901)
    assert read_settings({}).judge_prices is None


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    """The variable with _FILE names a file; both together, or a file that is not there, is an error."""
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    found = read_sources({"AUSCULT_SECRET_KEY_FILE": str(path), "AUSCULT_PORT": "1"}, workers=2)
    assert found.settings.secret_key == KEY
    assert found.sources["secret_key"] == f"{path} (AUSCULT_SECRET_KEY_FILE)"
    assert [found.sources[name] for name in ("port", "workers", "host")] == ["AUSCULT_PORT", "option", "default"]
    with pytest.raises(SettingsError, match="are both set"):
        read_settings({"AUSCULT_SECRET_KEY_FILE": str(path), "AUSCULT_SECRET_KEY": KEY})
    with pytest.raises(SettingsError, match="cannot read"):
        read_settings({"AUSCULT_SECRET_KEY_FILE": str(tmp_path / "none")})
    assert unknown_settings({"AUSCULT_SECRET_KEY_FILE": str(path), "AUSCULT_REDIS_URL_FILE": ""}) == []
    assert len(unknown_settings({"AUSCULT_PORT_FILE": "x"})) == 1


def test_shown_values_have_no_secrets() -> None:
    """What `auscult config` prints repeats neither a key nor a password."""
    assert shown_value("secret_key", KEY) == "***"
    assert shown_value("database_url", "postgresql://mary:hush@host/name") == "postgresql://mary:***@host/name"
    assert (shown_value("port", 1), shown_value("redis_url", None)) == ("1", "")
