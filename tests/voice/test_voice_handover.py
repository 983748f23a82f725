"""Two people in one call: each speaks with their own voice, and the record says who said what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from voice_desk import Mouth, Scene, ScriptedCustomer, in_virtual_time
from voice_world import plain_turn_end

from voice import messages as m
from voice.audio import PCM
from voice.customer import Heard, Origin, Reply
from voice.journal import read_journal, record, replay
from voice.record import JSON, Prosody


@dataclass
class TwoPeople(ScriptedCustomer):
    """Ann answers and hands over to Bob."""

    def decide(self, heard: Heard) -> Reply:
        reply = super().decide(heard)
        if heard.occasion == "back":
            return replace(reply, opener="Hello, Bob here.", speaker="Bob")
        handed = any(each.occasion == "back" for each in self.heard)
        away_s = 2.5 if heard.occasion == "turn" and not handed else 0.0
        return replace(reply, away_s=away_s, speaker="Bob" if handed else "Ann")

    def settle(self, reply: Reply, heard: Heard, said: str) -> JSON:
        return {**super().settle(reply, heard, said), "speaker": reply.speaker}


@dataclass
class LoggedMouth(Mouth):
    asked: list[str] = field(default_factory=list)

    def say(self, text: str, origin: Origin, prosody: Prosody) -> PCM:
        self.asked.append(text)
        return super().say(text, origin, prosody)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    ann, bob = LoggedMouth(), LoggedMouth()
    scene = Scene(tmp_path, customer=TwoPeople(), mouth=ann, others={"Bob": bob})

    async def script() -> None:
        scene.ring()
        await scene.silence(3.0)
        await scene.say("do you have a minute for me today?")
        await scene.silence(9.0)
        await scene.say("what would you say about it then?")
        await scene.silence(6.0)
        scene.call.hangup()
        await scene.call.finished()

    in_virtual_time(script())
    assert ann.asked == list(scene.customer.lines)
    assert bob.asked == ["Hello, Bob here.", "Well now, let me see.", *scene.customer.lines]
    return scene


def test_the_learner_is_told_who_speaks(scene: Scene) -> None:
    turns = scene.device.messages(m.TurnSaid)
    assert [turn.speaker for turn in turns if turn.who == "customer"] == ["Ann", "Ann", "Bob", "Bob"]
    assert {turn.speaker for turn in turns if turn.who == "learner"} == {""}
    states = [(state.value, state.speaker) for state in scene.device.messages(m.State)]
    assert states[states.index(("away", "")) :][:2] == [("away", ""), ("speaking", "Bob")]
    assert ("speaking", "Ann") in states and {who for what, who in states if what != "speaking"} == {""}


def test_the_record_says_who_spoke_and_replays(scene: Scene) -> None:
    entries = read_journal(scene.path)
    turns = record(entries).turns
    assert [turn.speaker for turn in turns if turn.who == "customer"] == ["Ann", "Ann", "Bob", "Bob"]
    assert next(turn.text for turn in turns if turn.speaker == "Bob") == "Hello, Bob here."
    assert replay(entries, plain_turn_end) == []
