"""The models and threads that all calls share: loaded once, in the background, and told about while they load."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

import structlog

from personas.persona import Persona
from personas.scenario import Scenario
from rubrics.moves import Recognize, recognize_moves
from server.calls.customer import ScenarioCustomer, read_ahead, writer_of
from server.calls.schemas import Stage
from server.calls.voices import KOKORO, Voices
from server.catalogue import NOBODY, Catalogue
from server.metrics import Metrics
from server.models.closing import ClosingJudge
from server.models.llm import LanguageModel, LocalLanguageModel, language_model
from server.models.store import ModelStore
from server.settings import Settings
from voice.audio import PCM
from voice.engines import EndJudge, Engines, Recognizer
from voice.lanes import ThreadWorkers
from voice.mouth import CachedMouth
from voice.opener_length import FittedOpeners
from voice.openers import OpenerCache, Preparation

if TYPE_CHECKING:
    from voice.speak import Speaker

SMART_TURN = "smart-turn"
_MODEL_LOADS_S = 120.0  # later than this the language model isn't waited for; calls then begin without it

log = structlog.get_logger(__name__)


class EnginesError(Exception):
    """The models can't be used; the message is one line with the mend."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    quick: Recognizer
    thorough: Recognizer | None
    end_judge: EndJudge | None
    speaker: Speaker
    cache: OpenerCache


class SharedEngines:
    """An async context manager: entering starts the language model and, unless lazy, loading; it waits for neither.

    `catalogue` holds all among whom the voices are shared out.
    """

    def __init__(
        self,
        settings: Settings,
        store: ModelStore,
        metrics: Metrics,
        recognize: Recognize = recognize_moves,
        catalogue: Catalogue = NOBODY,
    ) -> None:
        self._settings, self._store, self._metrics, self._recognize = settings, store, metrics, recognize
        self.workers = ThreadWorkers()
        self.language_model: LanguageModel = language_model(settings.llm, store)
        self._text_judge = ClosingJudge(self.language_model)
        self._voices = Voices(settings.speech, store, catalogue)
        self._missing = [name for name in self._wanted() if not store.has(name)] + self._voices.missing()
        self._stages: dict[str, Stage] = {}
        for name in ("hearing", "voices"):
            self._stage(name, "loading", "not loaded yet")
        if self._missing:
            self._stage("hearing", "failed", self._mend(self._missing))
        self._loading: asyncio.Task[_Loaded] | None = None
        self._loaded: _Loaded | None = None

    async def __aenter__(self) -> Self:
        await self.language_model.__aenter__()
        if not self._missing and self._settings.load_models == "at_start":
            self._load_once()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loading is not None:
            with contextlib.suppress(Exception):
                await self._loading  # a thread can't be stopped; it takes seconds
        if self._loaded is not None:
            await asyncio.to_thread(self._loaded.cache.close)
        self.workers.close()
        await self.language_model.__aexit__(kind, error, trace)

    def stages(self) -> Sequence[Stage]:
        """What is ready, loading, off or failed, with a sentence about each."""
        words = self.language_model.status
        self._metrics.engine_ready.labels("language_model").set(words.state == "ready")
        return [*self._stages.values(), Stage(name="language model", state=words.state, detail=words.detail)]

    def problem(self, persona: Persona) -> str | None:
        """Why a call to this person can't ring, with the mend; None while it can, be it after some loading."""
        failed = next((stage.detail for stage in self._stages.values() if stage.state == "failed"), None)
        if failed is not None:
            return failed
        missing = self._voices.missing(persona)
        return self._mend(missing) if missing else None

    async def ready(self) -> None:
        """Wait until calls can be made. Raises EnginesError."""
        if self._missing:
            raise EnginesError(self._mend(self._missing))
        try:
            await asyncio.shield(self._load_once())
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise EnginesError(f"the models can't be loaded: {error}") from error

    def prepare(self, persona: Persona, texts: Sequence[str]) -> Preparation | None:
        """Begin with what this person may have to say in a call that is to ring; None while there are no voices."""
        if self._loaded is None:
            return None
        part = self._voices.of(persona)
        return self._loaded.cache.prepare(texts, voice=part.voice, pace=part.pace)

    def customer(
        self,
        scenario: Scenario,
        persona: Persona,
        *,
        seed: int,
        difficulty: int | None = None,
        drill: str | None = None,
        others: Sequence[Persona] = (),
    ) -> ScenarioCustomer:
        """Whom the learner speaks to; `others` get the phone later."""
        return ScenarioCustomer(
            scenario,
            persona,
            seed=seed,
            difficulty=difficulty,
            drill=drill,
            writer=writer_of(self.language_model),
            others=others,
            recognize=self._recognize,
        )

    async def read_ahead(self, scenario: Scenario, persona: Persona, others: Sequence[Persona] = ()) -> None:
        """Have this machine's language model, where there is one, read what the scenario's calls begin with."""
        if isinstance(self.language_model, LocalLanguageModel) and await self.language_model.wait_ready(_MODEL_LOADS_S):
            await read_ahead(self.language_model, scenario, persona, others)

    def of_call(self, persona: Persona, others: Sequence[Persona] = ()) -> Engines:
        """For one call with these people; only after `ready`."""
        from voice.detect import SpeechDetector

        loaded = self._loaded
        assert loaded is not None
        return Engines(
            detector=SpeechDetector(),
            quick=loaded.quick,
            thorough=loaded.thorough,
            end_judge=loaded.end_judge,
            text_judge=self._text_judge,
            mouth=self._mouth(persona),
            others={other.name: self._mouth(other) for other in others},
        )

    def say_as_learner(self, text: str, persona: Persona) -> PCM:
        """What a learner might say to this person, in a voice that isn't theirs; kept. Blocking; only after `ready`.
        Raises SpeechError."""
        assert self._loaded is not None
        return self._loaded.cache.fetch(text, voice=self._voices.of_learner(persona))

    def _mouth(self, persona: Persona) -> CachedMouth:
        assert self._loaded is not None
        part = self._voices.of(persona)
        return CachedMouth(self._loaded.speaker, self._loaded.cache, part.voice, part.pace)

    # Loading.

    def _wanted(self) -> list[str]:
        if self._settings.recognition.base_url is not None:
            return [SMART_TURN]
        recognition = self._settings.recognition
        return list(dict.fromkeys((recognition.quick_model, recognition.model, SMART_TURN)))

    def _mend(self, names: Sequence[str]) -> str:
        return f"{', '.join(names)} not on this machine: run `ringside models pull {' '.join(names)}`, then start again"

    def _load_once(self) -> asyncio.Task[_Loaded]:
        if self._loading is None or (self._loading.done() and self._loaded is None):
            self._loading = asyncio.create_task(self._load(), name="load models")
        return self._loading

    async def _load(self) -> _Loaded:
        try:
            speaker = await asyncio.to_thread(self._load_voices)
            await asyncio.to_thread(self._recognize, "hello", "")  # the first call loads
            quick, thorough, end_judge = await asyncio.to_thread(self._load_hearing)
        except Exception as error:
            log.exception("models can't be loaded")
            for name, stage in self._stages.items():
                if stage.state == "loading":
                    self._stage(name, "failed", f"can't be loaded: {error}")
            raise
        fitted = FittedOpeners(speaker, KOKORO)
        cache = OpenerCache(fitted, self._settings.data_dir / "openers", fingerprint=self._voices.fingerprint())
        self._loaded = _Loaded(quick, thorough, end_judge, speaker, cache)
        log.info("models loaded", voices=speaker.voices)
        return self._loaded

    def _load_voices(self) -> Speaker:
        self._stage("voices", "loading", "loading")
        speaker = self._voices.load()
        self._stage("voices", "ready", self._voices.detail)
        return speaker

    def _load_hearing(self) -> tuple[Recognizer, Recognizer | None, EndJudge | None]:
        from voice.smart_turn import SmartTurn

        self._stage("hearing", "loading", "loading")
        end_judge = SmartTurn(self._store.path(SMART_TURN))
        chosen = self._settings.recognition
        quick: Recognizer
        thorough: Recognizer | None
        if chosen.base_url is not None:
            from openai import OpenAI

            from voice.listen import EndpointRecognizer

            key = chosen.api_key.get_secret_value() if chosen.api_key else "none"
            quick, thorough = EndpointRecognizer(OpenAI(base_url=chosen.base_url, api_key=key), chosen.model), None
            self._stage("hearing", "ready", f"{chosen.model} at {chosen.base_url}")
        else:
            from voice.listen import WhisperRecognizer

            quick = WhisperRecognizer(self._store.path(chosen.quick_model), workers=2)
            same = chosen.model == chosen.quick_model
            thorough = None if same else WhisperRecognizer(self._store.path(chosen.model))
            self._stage("hearing", "ready", chosen.model if same else f"{chosen.quick_model}, then {chosen.model}")
        return quick, thorough, end_judge

    def _stage(self, name: str, state: str, detail: str) -> None:
        self._stages[name] = Stage.model_validate({"name": name, "state": state, "detail": detail})
        self._metrics.engine_ready.labels(name).set(state == "ready")
