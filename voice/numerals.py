"""Numbers in words, as Americans say them."""

from __future__ import annotations

_BELOW_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_ROUND = "- - twenty thirty forty fifty sixty seventy eighty ninety"
_ONES, _TENS = _BELOW_TWENTY.split(), _ROUND.split()
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth"}


def cardinal(number: int) -> str:
    """1250 -> "one thousand two hundred fifty"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    size, name = next((size, name) for size, name in _SCALES if number >= size)
    head, rest = divmod(number, size)
    return f"{cardinal(head)} {name}" + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int) -> str:
    """23 -> "twenty-third"."""
    words = cardinal(number)
    start = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[start:]
    if last.endswith("y"):
        return words[:-1] + "ieth"
    return words[:start] + _ORDINALS.get(last, f"{last}th")


def year(number: int) -> str:
    """1999 -> "nineteen ninety-nine", 2005 -> "two thousand five", 2026 -> "twenty twenty-six"."""
    century, rest = divmod(number, 100)
    if 2000 <= number < 2010 or (century % 10 == 0 and not rest):
        return cardinal(number)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def decimal(text: str) -> str:
    """ "2.50" -> "two point five zero"."""
    whole, _, rest = text.partition(".")
    return f"{cardinal(int(whole or '0'))} point {digits(rest)}"


def digits(text: str) -> str:
    """ "44-71" -> "four four, seven one": one by one, a comma for a break. Signs that are no digit are dropped."""
    groups = text.replace(" ", "-").split("-")
    return ", ".join(" ".join(_ONES[int(sign)] for sign in group if sign.isdigit()) for group in groups if group)


def fraction(above: int, below: int) -> str:
    """3, 4 -> "three quarters", for 0 < above < below."""
    unit = {2: "half", 4: "quarter"}.get(below, ordinal(below))
    return f"{cardinal(above)} {unit if above == 1 else unit + 's'}"
