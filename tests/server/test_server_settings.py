"""Settings: the environment stands over the file, the file over the defaults, and errors name key, value and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variable of the developer's own, an empty current directory and an empty data folder."""
    import os

    for name in [name for name in os.environ if name.startswith("RINGSIDE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def test_the_defaults_need_no_set_up_and_stay_on_this_machine(nothing_set: Path) -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.loopback) == ("127.0.0.1", 8000, True)
    assert settings.models_dir == nothing_set / "data" / "ringside" / "models"
    assert settings.llm.base_url is None


def test_the_environment_stands_over_the_file_and_the_file_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ringside.toml").write_text('port = 9001\nhost = "0.0.0.0"\n[llm]\nbase_url = "http://h/v1"\nmodel = "big"\n')
    monkeypatch.setenv("RINGSIDE_PORT", "9002")
    monkeypatch.setenv("RINGSIDE_LLM__MODEL", "bigger")
    settings = load_settings()
    assert (settings.port, settings.host, settings.loopback) == (9002, "0.0.0.0", False)
    assert (settings.llm.base_url, settings.llm.model) == ("http://h/v1", "bigger")
    assert load_settings(port=9003).port == 9003


def test_the_data_folder_may_hold_the_file(nothing_set: Path) -> None:
    folder = nothing_set / "data" / "ringside"
    folder.mkdir(parents=True)
    (folder / "ringside.toml").write_text("port = 9009\n")
    assert load_settings().port == 9009


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = 70000", ["port", "70000", "RINGSIDE_PORT"]),
        ("prot = 1", ["prot", "not a setting"]),
        ('[llm]\nbase_url = "ftp://x"', ["llm.base_url", "ftp://x", "RINGSIDE_LLM__BASE_URL"]),
        ('tls_certificate = "c.pem"', ["tls_certificate", "tls_key", "both"]),
        ("port = ", ["not valid TOML", "ringside.toml"]),
        ('[log]\nlevel = "loud"', ["log.level", "loud", "debug"]),
    ],
)
def test_an_error_is_one_line_that_names_the_key_the_value_and_the_mend(text: str, words: list[str]) -> None:
    Path("ringside.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert "\n" not in line
    for word in words:
        assert word in line


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGSIDE_FILE", "elsewhere.toml")
    with pytest.raises(SettingsError, match=r"elsewhere\.toml"):
        load_settings()


def test_a_wrong_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ringside.toml").write_text("[llm]\napi_key = [7357]\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "llm.api_key" in str(caught.value)
    assert "7357" not in str(caught.value)


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        nested = getattr(field.annotation, "model_fields", None)
        for key in [f"{name}.{inner}" for inner in nested] if nested else [name]:
            assert f"`{key}`" in text, f"docs/settings.md does not name {key}"
