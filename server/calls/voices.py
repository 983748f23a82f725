"""The voices of this machine: which engines there are, and who speaks with which of their voices."""

from __future__ import annotations

import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from personas.check_people import people_in
from personas.persona import Persona
from server.calls.casting import Part, cast
from server.catalogue import Catalogue
from server.models.store import ModelStore
from server.settings import SpeechSettings

if TYPE_CHECKING:
    from voice.speak import Engine, Speaker, Synthesizer

BUNDLED = ("piper:joe", "hibari:heart")  # who speaks as a learner: the first that the customer is not
KOKORO = "kokoro:"  # how the names of its voices begin
PACK = ("kokoro", "kokoro-voices")  # the models of `ringside models pull voices`
FAST_ENOUGH = 0.1  # seconds of work for a second of speech: a clause of 2 s comes 0.1 s later than a bundled voice's
_PIPER = "piper-"  # models of this prefix are Piper's voices
_PROBE = "Well, I'd have to think about that one for a moment."  # as long as a clause of a customer
_PROBES = 3  # the quickest counts: at start other models load beside it
_OTHERS_CORES = 4  # what the language model (2), recognition and the rest of a call keep busy
_MOST_THREADS = 4  # more gain little with clauses this short


class Voices:
    """Loaded once, blocking (`load`); afterwards it only tells who speaks how."""

    def __init__(self, settings: SpeechSettings, store: ModelStore, catalogue: Catalogue) -> None:
        self._settings, self._store, self._catalogue = settings, store, catalogue
        self._known = {model.name for model in store.manifest.models}
        self._names: tuple[str, ...] = ()
        self.detail = "not loaded yet"

    def missing(self, persona: Persona | None = None) -> list[str]:
        """The models without which this person (or else: anybody) can't speak."""
        if persona is not None:
            engine, _, name = self._own_voice(persona).partition(":")
            return [model] if engine == "piper" and not self._has(model := f"{_PIPER}{name}") else []
        pack_wanted = self._settings.voices == "kokoro" and self._settings.base_url is None
        return [name for name in PACK if pack_wanted and not self._has(name)]

    def load(self) -> Speaker:
        """Raises SpeechError."""
        from voice.speak import Speaker
        from voice.speak_hibari import Hibari

        engines: dict[str, Engine] = {"hibari": Hibari()}
        if piper := self._piper_voices():
            from voice.speak_piper import Piper

            engines["piper"] = Piper(piper)
        speech, remark = self._settings, ""
        if speech.base_url is not None:
            from voice.speak_endpoint import SpeechEndpoint

            engines["endpoint"] = SpeechEndpoint(
                speech.base_url,
                model=speech.model,
                voices=(speech.female_voice, speech.male_voice),
                api_key=speech.api_key.get_secret_value() if speech.api_key else "none",
            )
        elif speech.voices != "bundled" and all(map(self._has, PACK)):
            remark = self._load_pack(engines)
        speaker = Speaker(engines)
        self._names = speaker.voices
        self.detail = ", ".join(name for name in speaker.voices if not name.startswith(KOKORO)) + remark
        return speaker

    def _load_pack(self, engines: dict[str, Engine]) -> str:
        """Add Kokoro to the engines, unless it is too slow for a call here; what to tell about it."""
        from voice.speak import Speaker, SpeechError
        from voice.speak_kokoro import Kokoro

        try:
            kokoro = Kokoro(*map(self._store.path, PACK), threads=threads())
        except SpeechError as error:
            if self._settings.voices == "kokoro":
                raise
            return f"; Kokoro's voices aren't used: {error}"
        if self._settings.voices == "auto":
            factor = real_time_factor(Speaker({"kokoro": kokoro}), f"{KOKORO}{kokoro.voices[0]}")
            if factor > FAST_ENOUGH:
                return (
                    f"; Kokoro's voices aren't used: they take {factor:.2f} s for a second of speech here, and calls "
                    f"need {FAST_ENOUGH} (speech.voices)"
                )
        engines["kokoro"] = kokoro
        return f", {len(kokoro.voices)} voices of Kokoro"

    def of(self, persona: Persona) -> Part:
        """How this person speaks."""
        own = self._own_voice(persona)
        if own in BUNDLED and any(name.startswith(KOKORO) for name in self._names):
            people = {**self._catalogue.personas, persona.id: persona}
            calls = map(people_in, self._catalogue.scenarios.values())
            return cast(people, calls).get(persona.id, Part(own, persona.pace))
        return Part(own, persona.pace)

    def of_learner(self, persona: Persona) -> str:
        """The voice in which a learner's words to this person are spoken; another one than theirs."""
        speech, theirs = self._settings, self.of(persona).voice
        endpoint = (f"endpoint:{speech.male_voice}", f"endpoint:{speech.female_voice}")
        candidates = BUNDLED if speech.base_url is None else endpoint
        return next((voice for voice in candidates if voice != theirs and voice in self._names), theirs)

    def fingerprint(self) -> str:
        """Names the models behind the voices: sound of another model is made anew."""
        paths = [*self._piper_voices().values(), *(self._store.path(name) for name in PACK if self._has(name))]
        names = sorted(str(path.name) for path in paths)
        return "/".join([version("hibari-tts"), *names, self._settings.base_url or "", self._settings.model])

    def _own_voice(self, persona: Persona) -> str:
        """The endpoint's voice where there is one; else the authored one, or a bundled one where Kokoro isn't used."""
        man = persona.pronoun == "he"
        if self._settings.base_url is not None and not persona.voice.startswith("endpoint:"):
            return f"endpoint:{self._settings.male_voice if man else self._settings.female_voice}"
        if persona.voice.startswith(KOKORO) and persona.voice not in self._names:
            return BUNDLED[0] if man else BUNDLED[1]
        return persona.voice

    def _has(self, name: str) -> bool:
        return name in self._known and self._store.has(name)

    def _piper_voices(self) -> dict[str, Path]:
        names = sorted(name for name in self._known if name.startswith(_PIPER) and self._store.has(name))
        return {name.removeprefix(_PIPER): self._store.path(name) for name in names}


def threads() -> int:
    """How many threads Kokoro may take on this machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(max(cores - _OTHERS_CORES, 1), _MOST_THREADS)


def real_time_factor(speaker: Synthesizer, voice: str) -> float:
    """Seconds of work for a second of speech, the least of a few tries. Blocking; raises SpeechError."""
    factors = []
    for _ in range(_PROBES):
        began = time.perf_counter()
        sound = speaker.synthesize(_PROBE, voice=voice)
        factors.append((time.perf_counter() - began) * speaker.sample_rate / len(sound))
    return min(factors)
