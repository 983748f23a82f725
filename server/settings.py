"""Settings: the environment (RINGSIDE_...) over the file ringside.toml over the defaults. See docs/settings.md."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from server.errors import UserError

FILE_NAME = "ringside.toml"


class SettingsError(UserError):
    """A setting that can't be used: names the key, the value and the mend."""


def user_data_dir() -> Path:
    """Ringside's folder among the user's data, by the XDG base directory specification."""
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "ringside"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LanguageModelSettings(_Section):
    """Who words the customer's lines: llama.cpp on this machine, or any OpenAI-compatible endpoint (`base_url`)."""

    enabled: bool = True
    base_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    api_key: SecretStr | None = None
    model: str = Field(default="qwen2.5-coder-1.5b", min_length=1)
    path: Path | None = None
    wording: Literal["auto", "close", "free"] = "auto"
    threads: int = Field(default=2, ge=1, le=256)
    context_tokens: int = Field(default=4096, ge=1024, le=131072)


class SpeechSettings(_Section):
    """Who speaks: the voices of this machine, or any OpenAI-compatible speech endpoint (`base_url`).

    `voices`: those of Kokoro where the pack is there and the machine quick enough (auto), never, or always.
    """

    voices: Literal["auto", "bundled", "kokoro"] = "auto"
    base_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    api_key: SecretStr | None = None
    model: str = Field(default="tts-1", min_length=1)
    female_voice: str = Field(default="nova", min_length=1)
    male_voice: str = Field(default="onyx", min_length=1)


class RecognitionSettings(_Section):
    """Who listens: Whisper on this machine, or any OpenAI-compatible transcription endpoint (`base_url`)."""

    base_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    api_key: SecretStr | None = None
    model: str = Field(default="whisper-base", min_length=1)
    quick_model: str = Field(default="whisper-tiny.en", min_length=1)


class SessionSettings(_Section):
    """How long somebody stays signed in: until they did nothing for `idle_days`, and `longest_days` at most."""

    idle_days: float = Field(default=7, gt=0, le=366)
    longest_days: float = Field(default=30, gt=0, le=366)


class CalibrationSettings(_Section):
    """What a criterion's agreement with coaches must reach before anything but practice counts it."""

    kappa: float = Field(default=0.6, ge=0, le=1)
    labels: int = Field(default=20, ge=2, le=100_000)


class LogSettings(_Section):
    """How the server's log is written."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class Settings(BaseSettings):
    """All settings of the server. A nested key is `llm.base_url` in the file, RINGSIDE_LLM__BASE_URL outside."""

    model_config = SettingsConfigDict(
        env_prefix="RINGSIDE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    data_dir: Path = Field(default_factory=user_data_dir)
    models_dir: Path = Field(default_factory=lambda: user_data_dir() / "models")
    model_source: Path | None = None
    library_dirs: tuple[Path, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    behind_proxy: bool = False
    max_calls: int = Field(default=4, ge=1, le=1000)
    load_models: Literal["at_start", "at_first_call"] = "at_start"
    open_browser: bool = True
    llm: LanguageModelSettings = LanguageModelSettings()
    speech: SpeechSettings = SpeechSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    sessions: SessionSettings = SessionSettings()
    calibration: CalibrationSettings = CalibrationSettings()
    log: LogSettings = LogSettings()

    @model_validator(mode="after")
    def _tls_is_a_pair(self) -> Settings:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key belong together: set both, or neither")
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server, so that browsers give the microphone without TLS."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())


def settings_file() -> Path | None:
    """The settings file in force: $RINGSIDE_FILE, else ./ringside.toml, else the one in the data folder, if there."""
    if named := os.environ.get("RINGSIDE_FILE"):
        return Path(named)
    for folder in (Path.cwd(), user_data_dir()):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def load_settings(**given: Any) -> Settings:
    """Read the settings; what is given here stands over everything else. Raises SettingsError, one line."""
    file = settings_file()
    if file is not None and not file.is_file():
        raise SettingsError(f"RINGSIDE_FILE names {file}, which does not exist: correct it or unset it")
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML ({error}): correct that line") from error
    except ValidationError as error:
        raise SettingsError(_in_words(error, file)) from error


def _in_words(error: ValidationError, file: Path | None) -> str:
    """The first problem as one line: key, value, mend. A secret's value isn't shown."""
    problem = error.errors(include_url=False)[0]
    place = [str(part) for part in problem["loc"]]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if not place:
        return f"{problem['msg'].removeprefix('Value error, ')}{more}"
    key = ".".join(place)
    variable = f"RINGSIDE_{'__'.join(place).upper()}"
    where = f"{variable} or {key} in {file}" if file else variable
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a setting; remove it from {where} (docs/settings.md lists them all){more}"
    shown = "" if "key" in place[-1] and "path" not in problem["type"] else f" = {problem['input']!r}"
    return f"{key}{shown}: {problem['msg'][:1].lower()}{problem['msg'][1:]}; set {where}{more}"
