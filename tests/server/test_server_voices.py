"""Who speaks with which voice: the choice, the library as it is, and what settings and machine make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server_application import shipped

from personas.check_people import people_in
from personas.persona import AGES, Persona
from server.calls import voices as voices_module
from server.calls.casting import Part, cast
from server.calls.engines import SharedEngines
from server.calls.voices import KOKORO, PACK, Voices, real_time_factor
from server.catalogue import NOBODY, Catalogue
from server.metrics import Metrics
from server.models.errors import ModelError
from server.models.manifest import Manifest
from server.models.store import ModelStore
from server.settings import Settings, SpeechSettings
from voice.kokoro_voices import KOKORO_VOICES, KokoroVoice
from voice.opener_length import OPENER_S, FittedOpeners
from voice.speak import Speaker
from voice.speak_hibari import Hibari
from voice.speak_kokoro import Kokoro

BY_NAME = {f"kokoro:{voice.name}": voice for voice in KOKORO_VOICES}


def person(id_: str, pronoun: str = "she", **more: Any) -> Persona:
    voice = "piper:joe" if pronoun == "he" else "hibari:heart"
    given = {"age": "middle", "accent": "us", "pace": 1.0, "voice": voice, **more}
    return Persona.model_construct(id=id_, pronoun=pronoun, **given)


def people(*persons: Persona) -> dict[str, Persona]:
    return {each.id: each for each in persons}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return shipped()


@pytest.fixture(scope="module")
def pack(model: Callable[[str], Path]) -> tuple[Path, ...]:
    try:
        return tuple(map(model, PACK))
    except ModelError as error:
        pytest.skip(f"Kokoro's voices can't be had here: {error}")


def test_gender_accent_age_and_pace_choose_the_voice() -> None:
    voices = (
        KokoroVoice("af_slow", "she", "us", "young", 0.8),
        KokoroVoice("af_quick", "she", "us", "young", 1.2),
        KokoroVoice("af_old", "she", "us", "older", 1.0),
        KokoroVoice("bf_brit", "she", "gb", "middle", 1.0),
        KokoroVoice("am_man", "he", "us", "middle", 1.0),
    )

    def voice_of(each: Persona) -> str:
        return cast(people(each), [], voices)[each.id].voice

    assert voice_of(person("a", age="young", pace=1.3)) == "kokoro:af_quick"
    assert voice_of(person("a", age="young", pace=0.9)) == "kokoro:af_slow"
    assert voice_of(person("a", age="older")) == "kokoro:af_old"
    assert voice_of(person("a", age="older", accent="gb")) == "kokoro:bf_brit"
    assert voice_of(person("a", "he", age="young")) == "kokoro:am_man"
    assert cast(people(person("a", "he", accent="gb")), [], voices) == {}
    assert cast(people(person("a", age="older", pace=1.1)), [], voices)["a"] == Part("kokoro:af_old", 1.1)
    assert cast(people(person("a", age="young", pace=0.9)), [], voices)["a"].pace == pytest.approx(0.9 / 0.8)


def test_those_who_meet_in_a_call_have_different_voices() -> None:
    two = (KokoroVoice("am_one", "he", "us", "older", 1.0), KokoroVoice("am_two", "he", "us", "young", 1.0))
    chosen = cast(people(*(person(id_, "he", age="older") for id_ in "abc")), [("a", "c"), ("c", "b")], two)
    assert chosen["a"].voice != chosen["c"].voice


@given(st.lists(st.tuples(st.sampled_from(["she", "he", "they"]), st.sampled_from(AGES)), max_size=24))
def test_nobody_who_is_added_changes_the_others_and_no_voice_doubles_while_a_fitting_one_is_free(
    kinds: list[tuple[str, str]],
) -> None:
    cast_of = people(*(person(str(number), pronoun, age=age) for number, (pronoun, age) in enumerate(kinds)))
    everybody = cast(cast_of, [])
    assert everybody == cast(cast_of, [])
    fewer = dict(list(cast_of.items())[:-1])
    assert cast(fewer, []) == {id_: part for id_, part in everybody.items() if id_ in fewer}
    used: Counter[str] = Counter()
    for id_, part in everybody.items():
        voice, each = BY_NAME[part.voice], cast_of[id_]
        assert voice.accent == each.accent
        assert each.pronoun in (voice.pronoun, "they")
        if used[part.voice]:
            assert not any(
                other.pronoun == voice.pronoun and other.age == each.age and not used[f"kokoro:{other.name}"]
                for other in KOKORO_VOICES
                if other.accent == each.accent
            )
        used[part.voice] += 1


def test_everyone_in_the_library_has_a_voice_and_those_of_one_scenario_differ(catalogue: Catalogue) -> None:
    calls = [people_in(scenario) for scenario in catalogue.scenarios.values()]
    chosen = cast(catalogue.personas, calls)
    assert chosen.keys() == catalogue.personas.keys()
    assert all(len({chosen[id_].voice for id_ in call}) == len(call) for call in calls)
    assert len({part.voice for part in chosen.values()}) > len(chosen) / 2
    for id_, part in chosen.items():
        assert part.pace * BY_NAME[part.voice].tempo == pytest.approx(catalogue.personas[id_].pace)


def test_the_openers_keep_their_length_in_the_voice_that_their_persona_gets(
    catalogue: Catalogue, pack: tuple[Path, ...], spoken_openers: Sequence[Any]
) -> None:
    """1.0 to 1.5 s, as in the bundled voices, where every opener is held to it: here each persona's shortest and
    longest are, since the pack takes half a second for each and what lies between them is in less danger."""
    speaker = FittedOpeners(Speaker({"kokoro": Kokoro(*pack)}), KOKORO)
    chosen = cast(catalogue.personas, map(people_in, catalogue.scenarios.values()))
    for id_, part in chosen.items():
        own = sorted((each for each in spoken_openers if each.persona == id_), key=lambda each: float(each.lasts_s))
        for line in (own[0].line, own[-1].line):
            found = len(speaker.synthesize(line, voice=part.voice, pace=part.pace)) / speaker.sample_rate
            assert OPENER_S[0] <= found <= OPENER_S[1], f"{id_}, {part.voice}: {line!r} lasts {found:.2f} s"


@pytest.mark.parametrize(
    ("theirs", "expected"), [("hibari:heart", "piper:joe"), ("piper:joe", "hibari:heart"), ("kokoro:x", "piper:joe")]
)
def test_a_learners_voice_is_not_the_customers(theirs: str, expected: str) -> None:
    found = Voices(SpeechSettings(), ModelStore.default(), NOBODY)
    found._names = ("hibari:heart", "piper:joe", *([theirs] if theirs.startswith("kokoro") else []))
    assert found.of_learner(person("a", voice=theirs)) == expected


def test_the_pack_is_used_where_it_is_wanted_or_the_machine_is_quick_enough(
    pack: tuple[Path, ...], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = catalogue.personas["ray-okafor"]

    def loaded(setting: str) -> Voices:
        found = Voices(SpeechSettings(voices=setting), ModelStore.default(), catalogue)  # type: ignore[arg-type]
        found.load()
        return found

    assert loaded("bundled").of(ray) == Part(ray.voice, ray.pace)
    monkeypatch.setattr(voices_module, "FAST_ENOUGH", 0.0)
    slow = loaded("auto")
    assert slow.of(ray) == Part(ray.voice, ray.pace)
    assert "aren't used" in slow.detail and "speech.voices" in slow.detail
    assert slow.of(ray.model_copy(update={"voice": "kokoro:am_puck"})).voice == "piper:joe"
    always = loaded("kokoro")
    assert always.of(ray).voice.startswith("kokoro:am_")
    assert always.of(ray.model_copy(update={"voice": "endpoint:x"})).voice == "endpoint:x"
    monkeypatch.setattr(voices_module, "FAST_ENOUGH", 100.0)
    assert loaded("auto").of(ray) == always.of(ray)


def test_a_pack_that_is_wanted_and_absent_is_named_with_the_mend(tmp_path: Path) -> None:
    empty = ModelStore(tmp_path, manifest=Manifest(groups={}, models=()))
    assert Voices(SpeechSettings(), empty, NOBODY).missing() == []
    assert Voices(SpeechSettings(voices="kokoro"), empty, NOBODY).missing() == list(PACK)
    settings = Settings(
        data_dir=tmp_path / "data", models_dir=tmp_path, llm={"enabled": False}, speech={"voices": "kokoro"}
    )
    engines = SharedEngines(settings, ModelStore(tmp_path), Metrics())
    problem = engines.problem(person("a")) or ""
    assert "models pull" in problem and "kokoro-voices" in problem
    engines.workers.close()


def test_the_real_time_factor_is_work_for_a_second_of_speech() -> None:
    assert 0 < real_time_factor(Speaker({"hibari": Hibari()}), "hibari:heart") < 1
