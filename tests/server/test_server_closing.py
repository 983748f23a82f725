"""The language model as a witness of turn ends, on the real model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from server.models.closing import ClosingJudge, closing_of, prompt_of
from server.models.llm import LocalLanguageModel
from server.settings import LanguageModelSettings

PATIENCE_S = 120.0
WHOLE = (
    "How do you handle your returns today?",
    "I will credit the twelve dollars today and send you the new bill.",
    "Who else would need to be in the room?",
)
BEGUN = (
    "What happens when two of your",
    "I will credit the twelve dollars today and.",
    "The reason for my call is that our",
)


async def test_whole_turns_are_told_from_beginnings_whatever_mark_the_recogniser_put(
    model: Callable[[str], Path],
) -> None:
    path = model("qwen2.5-coder-1.5b") / "model.gguf"
    async with LocalLanguageModel(path, LanguageModelSettings().model) as llm:
        assert await llm.wait_ready(PATIENCE_S)
        judge = ClosingJudge(llm)

        async def asked(text: str) -> float:
            """On a busy machine an answer can come too late; what was read for it is read then."""
            for _ in range(30):
                if (closing := await judge.closing_probability(text, "What is it about?")) is not None:
                    return closing
            raise AssertionError(f"no answer to {text!r}")

        whole = [await asked(text) for text in WHOLE]
        begun = [await asked(text) for text in BEGUN]
        assert min(whole) > max(begun)


async def test_a_model_that_is_off_is_no_witness() -> None:
    assert await ClosingJudge(LocalLanguageModel(None, "none", why_off="off")).closing_probability("Yes.", "") is None


def test_what_the_customer_said_cannot_close_the_prompts_quotation() -> None:
    assert prompt_of("and", 'He said "no" to me.').endswith('Customer: "He said \'no\' to me."\nCaller: "and')


def test_of_a_long_turn_the_last_sentences_are_judged() -> None:
    earlier = "I know that you have had a long day. "
    assert prompt_of(earlier + "What could you manage each month do you think", "").endswith(
        'Caller: "What could you manage each month do you think'
    )
    assert prompt_of(earlier + "Would that work", "").endswith(f'Caller: "{earlier}Would that work')


@pytest.mark.parametrize(
    "logprobs",
    [
        {"content": [{"top_logprobs": [{"token": "?", "logprob": -0.7}, {"token": " to", "logprob": -1.0}]}]},
        {"top_logprobs": [{"?": -0.7, " to": -1.0}]},
    ],
)
def test_both_forms_of_probabilities_are_read(logprobs: dict[str, object]) -> None:
    assert closing_of({"choices": [{"logprobs": logprobs}]}) == pytest.approx(0.4966, abs=1e-4)


def test_an_answer_without_probabilities_tells_nothing() -> None:
    assert closing_of({"choices": [{"logprobs": None}]}) is None
