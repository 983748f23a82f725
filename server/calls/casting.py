"""Which of Kokoro's voices each person of the library gets: by gender, accent, age and pace."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from personas.persona import AGES, Persona
from voice.kokoro_voices import KOKORO_VOICES, KokoroVoice

DOUBLE = 1.5  # against a voice for each who has it already: more than one step of age, less than two


@dataclass(frozen=True, slots=True)
class Part:
    """A voice as the synthesizer names it, and how fast it speaks (1.0 is its own pace)."""

    voice: str
    pace: float


def cast(
    people: Mapping[str, Persona],
    calls: Iterable[Collection[str]],
    voices: Sequence[KokoroVoice] = KOKORO_VOICES,
) -> dict[str, Part]:
    """The part of each person, by id; those whom no voice fits have none.

    Gender and accent must fit. Those who meet in a call (`calls` holds their ids) don't share a voice while there is
    another. Of the rest it is the one with the least against it: doubles and steps of age, then how far it has to be
    stretched for the person's pace. One after the other, so that nobody's voice changes when somebody is added last.
    """
    met: dict[str, set[str]] = {}
    for together in calls:
        for person in together:
            met.setdefault(person, set()).update(together)
    chosen: dict[str, KokoroVoice] = {}
    for id_, persona in people.items():
        fitting = [voice for voice in voices if _fits(voice, persona)]
        if not fitting:
            continue
        beside = {chosen[other].name for other in met.get(id_, ()) if other in chosen}
        taken = Counter(voice.name for voice in chosen.values())
        against = [
            (voice.name in beside, DOUBLE * taken[voice.name] + _age_off(voice, persona), _stretch(voice, persona))
            for voice in fitting
        ]
        chosen[id_] = fitting[against.index(min(against))]
    return {id_: Part(f"kokoro:{voice.name}", people[id_].pace / voice.tempo) for id_, voice in chosen.items()}


def _fits(voice: KokoroVoice, persona: Persona) -> bool:
    return voice.accent == persona.accent and persona.pronoun in (voice.pronoun, "they")


def _age_off(voice: KokoroVoice, persona: Persona) -> int:
    """In steps of age."""
    return abs(AGES.index(voice.age) - AGES.index(persona.age))


def _stretch(voice: KokoroVoice, persona: Persona) -> float:
    """How far the voice is from the person's pace, whether it must hurry or slow down."""
    return abs(math.log(persona.pace / voice.tempo))
