"""Text is put into words before any engine reads it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.numerals import cardinal, fraction, ordinal, year
from voice.spoken import is_speakable, spoken_form
from voice.word_times import said, word_times


@pytest.mark.parametrize(
    ("written", "said_as"),
    [
        ("The charge was $84.20.", "The charge was eighty-four dollars and twenty cents."),
        ("$1 or $1.01", "one dollar or one dollar and one cent"),
        ("It's $2.5M, not $300K.", "It's two point five million dollars, not three hundred thousand dollars."),
        ("£5/mo", "five pounds per month"),
        ("on 03/14/2024", "on March fourteenth, twenty twenty-four"),
        ("March 3rd, 2024", "March third, twenty twenty-four"),
        ("By Nov. 30.", "By November thirtieth."),
        ("about 3/4 of it", "about three quarters of it"),
        ("24/7 support", "twenty-four seven support"),
        ("at 9:05 a.m. or 5pm", "at nine oh five A.M. or five P.M."),
        ("at 9:00", "at nine o'clock"),
        ("Call 555-867-5309.", "Call five five five, eight six seven, five three zero nine."),
        ("account no. 4471-0093", "account number four four seven one, zero zero nine three"),
        ("The code is 0042", "The code is zero zero four two"),
        ("10-12 people", "ten to twelve people"),
        ("2.5% APR", "two point five percent A.P.R."),
        ("our CFO and two VPs", "our C.F.O. and two V.P.s"),
        ("Dr. Lee of Acme Inc. said approx. 20", "Doctor Lee of Acme Incorporated said approximately twenty"),
        ("in St. Louis on Main St.", "in Saint Louis on Main Street."),
        ("dana@northwind.com", "dana at northwind dot com"),
        ("NOT again", "NOT again"),
        ("1,500 SKUs in 2019", "one thousand five hundred S.K.U.s in twenty nineteen"),
        ("*sighs* 😀 fine…", "sighs fine..."),
        ("[[h@l'oU]]", "h l'oU"),
    ],
)
def test_a_text_is_said_as_an_american_says_it(written: str, said_as: str) -> None:
    assert spoken_form(written) == said_as


@given(st.text(max_size=80))
def test_any_text_has_a_spoken_form_without_digits_and_brackets(text: str) -> None:
    spoken = spoken_form(text)
    assert not any(sign in "0123456789[]{}<>$%&" for sign in spoken)


@given(st.text(alphabet="0123456789.,/-:$%#kMxapmst ", max_size=40))
def test_no_mixture_of_digits_and_signs_is_too_much(text: str) -> None:
    assert not any(sign.isdigit() for sign in spoken_form(text))


def test_plain_words_stay_as_they_are() -> None:
    text = "Well, I don't know; who told you that? We're fine, thanks!"
    assert spoken_form(text) == text


def test_numbers_follow_their_rules() -> None:
    assert cardinal(1_250_017) == "one million two hundred fifty thousand seventeen"
    assert [ordinal(n) for n in (1, 12, 20, 23, 100)] == [
        "first",
        "twelfth",
        "twentieth",
        "twenty-third",
        "one hundredth",
    ]
    assert [year(n) for n in (1900, 1905, 2000, 2009, 2026)] == [
        "nineteen hundred",
        "nineteen oh five",
        "two thousand",
        "two thousand nine",
        "twenty twenty-six",
    ]
    assert fraction(1, 2) == "one half"


def test_what_holds_no_letter_and_no_digit_is_not_speakable() -> None:
    assert not any(is_speakable(text) for text in ("", "  ", "...", "— !?"))
    assert is_speakable("ok")


@given(
    st.lists(st.sampled_from(["Well,", "I", "pay", "$84.20", "—", "a", "month.", "no", "...", "CFO?"]), max_size=12),
    st.integers(1, 10**6),
)
def test_words_lie_in_order_over_the_whole_piece(words: list[str], samples: int) -> None:
    text = " ".join(words)
    spans = word_times(text, samples)
    assert " ".join(span.text for span in spans) == text
    if spans:
        assert spans[0].start == 0
        assert spans[-1].end == samples
    for before, after in itertools.pairwise(spans):
        assert before.start <= before.end <= after.start


def test_only_whole_words_count_as_said() -> None:
    text = "I was told it costs $84.20 a month."
    spans = word_times(text, 48_000)
    price = next(span for span in spans if span.text == "$84.20")
    assert said(text, 48_000, price.end - 1) == "I was told it costs"
    assert said(text, 48_000, price.end) == "I was told it costs $84.20"
    assert said(text, 48_000, 0) == ""
    assert said(text, 48_000, 48_000) == text


def test_an_amount_takes_as_long_as_its_words() -> None:
    spans = {span.text: span.end - span.start for span in word_times("it costs $84.20 now", 48_000)}
    assert spans["$84.20"] > 2 * spans["costs"]
