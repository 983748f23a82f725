"""The journal file itself: torn lines, rules, and what isn't an event."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voice import commands as c
from voice import events as e
from voice.journal import JournalWriter, read_journal, record, rules_of
from voice.journal_codec import decode_event, encode
from voice.record import Word
from voice.rules import Rules


def written(path: Path) -> JournalWriter:
    journal = JournalWriter(path)
    journal.opened("c1", Rules(ring_s=0.5), {"scenario": "cold-call", "seed": 7})
    journal.stepped(e.Dialled(0), [c.Show("ringing"), c.WakeAt(8_000)], 0.0)
    return journal


def test_every_entry_is_on_disk_as_soon_as_it_is_written(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.jsonl")
    assert [entry["type"] for entry in read_journal(tmp_path / "j.jsonl")] == ["opened", "step"]
    journal.close()


def test_a_torn_line_is_left_out_and_cut_off_before_the_next_is_written(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    written(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"type":"step","wall')
    assert len(read_journal(path)) == 2
    journal = JournalWriter(path)
    journal.noted("recovered", 0, {})
    journal.close()
    assert [entry["type"] for entry in read_journal(path)] == ["opened", "step", "noted"]


def test_rules_come_back_as_they_were_and_newer_figures_have_their_defaults(tmp_path: Path) -> None:
    written(tmp_path / "j.jsonl").close()
    entries = read_journal(tmp_path / "j.jsonl")
    assert rules_of(entries) == Rules(ring_s=0.5)
    older = dict(entries[0]["rules"])
    del older["held_s"]
    older["figure_of_another_version"] = 1
    assert rules_of([{**entries[0], "rules": older}]) == Rules(ring_s=0.5)


def test_a_journal_without_a_turn_is_a_call_without_turns(tmp_path: Path) -> None:
    written(tmp_path / "j.jsonl").close()
    found = record(read_journal(tmp_path / "j.jsonl"))
    assert (found.id, found.scenario, found.turns, found.ended) == ("c1", "cold-call", (), "interrupted")
    assert found.facts["seed"] == 7


def test_words_survive_the_file() -> None:
    event = e.Recognized(5, 2, "tail", "hi there", (Word("hi", 0.1, 0.2), Word("there", 0.2, 0.5)))
    assert decode_event(json.loads(json.dumps(encode(event)))) == event


@pytest.mark.parametrize("data", [None, [], ["Nothing", {}], ["Woke", {"when": 3}], ["Woke"], "Woke"])
def test_what_is_no_event_is_named(data: object) -> None:
    with pytest.raises(ValueError, match="journal:"):
        decode_event(data)
