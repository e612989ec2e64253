from pathlib import Path

import pytest

from auscult.config import PREFIX, Settings, describe, read_settings, unknown_settings
from auscult.domain.errors import SettingsError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
KEY = "A" * 43 + "="


def test_every_setting_stands_in_the_reference_as_it_is() -> None:
    """Variable, default and words of the table are those of the code, in its order, and nothing else is listed."""
    defaults = dict(zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True))
    defaults["state_dir"] = "~/.local/state/auscult"
    rows = [
        f"| `{PREFIX}{name.upper()}` | {'none' if default is None else f'`{default}`'} | {describe(name)} |"
        for name, default in defaults.items()
    ]
    assert [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{PREFIX}")] == rows


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
    ("name", "value"),
    [
        ("PORT", "tcp://10.0.0.1:80"),
        ("PORT", "65536"),
        ("BATCH_SIZE", "0"),
        ("DATABASE_URL", "mysql://host/name"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_names_variable_value_and_what_would_be_right(name: str, value: str) -> None:
    """The message alone is enough to mend it."""
    with pytest.raises(SettingsError) as caught:
        read_settings({PREFIX + name: value})
    assert caught.value.field == PREFIX + name
    assert PREFIX + name in caught.value.message
    assert value in caught.value.message
    assert describe(name.lower()) in caught.value.message


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


def test_slips_of_the_pen_can_be_listed() -> None:
    """A variable with our prefix that no setting reads is found; others are none of our business."""
    assert unknown_settings({"AUSCULT_DATABSE_URL": "x", "AUSCULT_PORT": "1", "PORT": "2"}) == ["AUSCULT_DATABSE_URL"]
