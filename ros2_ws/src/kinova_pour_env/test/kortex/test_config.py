import pytest
from pydantic import ValidationError

from kinova_pour_env.arm import ArmError
from kinova_pour_env.kortex.config import PASSWORD, USERNAME, KortexConfig, find_credentials
from msaclag_ros.settings import settings_of


def test_credentials_of_the_environment(monkeypatch):
    monkeypatch.setenv(USERNAME, "admin")
    monkeypatch.setenv(PASSWORD, "secret word")
    credentials = find_credentials(None)
    assert (credentials.username, credentials.password) == ("admin", "secret word")


def test_a_password_is_never_shown(monkeypatch):
    monkeypatch.setenv(USERNAME, "admin")
    monkeypatch.setenv(PASSWORD, "secret word")
    assert "secret" not in f"{find_credentials(None)!r} {find_credentials(None)}"


def test_credentials_of_a_file(tmp_path):
    file = tmp_path / "arm"
    file.write_text("admin\n pass word \n")
    assert find_credentials(file).password == " pass word "


@pytest.mark.parametrize("content", ["", "admin\n", "\nsecret\n"])
def test_an_incomplete_file_is_named_and_not_shown(tmp_path, content):
    file = tmp_path / "arm"
    file.write_text(content)
    with pytest.raises(ArmError, match="first line") as error:
        find_credentials(file)
    assert str(file) in str(error.value)
    assert "secret" not in str(error.value)


def test_nobody_to_log_in_as(monkeypatch, tmp_path):
    monkeypatch.delenv(USERNAME, raising=False)
    with pytest.raises(ArmError, match=USERNAME):
        find_credentials(None)
    with pytest.raises(ArmError, match="cannot be read"):
        find_credentials(tmp_path / "none")


def test_every_setting_is_described_and_none_is_a_secret():
    settings = list(settings_of(KortexConfig))
    assert all(setting.description for setting in settings)
    assert not any("password" in setting.name or "username" in setting.name for setting in settings)


@pytest.mark.parametrize("wrong", [{"robot_ip": "a b"}, {"tcp_port": 0}, {"feedback_lost": 0.01}, {"unknown": 1}])
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValidationError):
        KortexConfig(**wrong)
