"""Text as it is said: numbers, money, dates, times, abbreviations and acronyms in words (American English).

Engines differ in what they read properly (Piper says "eighty-four dollars twenty" as "one point eighty-four"), so
every engine gets words only. Pure text to text; what isn't known stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from voice.numerals import cardinal, decimal, digits, fraction, ordinal, year

_YEAR = "January February March April May June July August September October November December"
_MONTHS = _YEAR.split()
_MONTH = "|".join([*_MONTHS, *(f"{month[:3]}(?:\\.|\\b)" for month in _MONTHS if month != "May"), r"Sept(?:\.|\b)"])
_CURRENCIES = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_SCALES = {"k": "thousand", "m": "million", "mm": "million", "b": "billion", "bn": "billion", "t": "trillion"}
_PERIODS = {"mo": "month", "month": "month", "yr": "year", "year": "year", "hr": "hour", "hour": "hour", "wk": "week"}
_PERIODS |= {"week": "week", "day": "day", "min": "minute", "user": "user", "seat": "seat", "unit": "unit"}

_ABBREVIATIONS = {
    "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Dr.": "Doctor", "Prof.": "Professor", "Jr.": "Junior",
    "Sr.": "Senior", "St.": "Street", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road", "Apt.": "Apartment",
    "Inc.": "Incorporated", "Corp.": "Corporation", "Ltd.": "Limited", "Co.": "Company", "Dept.": "Department",
    "approx.": "approximately", "appt.": "appointment", "acct.": "account", "vs.": "versus", "vs": "versus",
    "etc.": "et cetera", "e.g.": "for example", "i.e.": "that is", "w/": "with", "w/o": "without", "min.": "minutes",
    "hrs.": "hours", "hr.": "hour", "mo.": "month", "yr.": "year", "avg.": "average", "max.": "maximum",
    "ext.": "extension", "FYI": "for your information", "ASAP": "as soon as possible", "btw": "by the way",
    "SaaS": "sass", "GAAP": "gap", "Mon.": "Monday", "Tue.": "Tuesday", "Tues.": "Tuesday", "Wed.": "Wednesday",
    "Thu.": "Thursday", "Thurs.": "Thursday", "Fri.": "Friday",
}  # fmt: skip

# Read as letters though they hold a vowel; consonants alone are letters anyhow.
_INITIALS = """AI API APR AP AR ACH ATM AWS CEO CFO CIO COO CTO CMO CRO EOD EOM EU ERP ETA FAQ FDCPA HR ID IP IRS IT IVR
IOU KPI MRI NDA OEM OTP PO POC PR QA ROI SLA SKU SMS SEO SSO TCO UI UK UPS URL US USA USB USD USPS UX VAT VIP"""
_SPELLED = frozenset(_INITIALS.split())

_SHORT = "|".join(re.escape(short) for short in sorted(_ABBREVIATIONS, key=len, reverse=True))
_LETTERS_OR_DIGITS = re.compile(r"[^\W_]")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return bool(_LETTERS_OR_DIGITS.search(text))


def spoken_form(text: str) -> str:
    """`text` as words a voice can read. Punctuation that shapes the melody (. , ? ! ; : and dashes) is kept."""
    text = unicodedata.normalize("NFKC", text.replace("…", "... ").replace("¢", " cents"))
    text = text.translate(_PLAIN)
    text = "".join(mark for mark in text if unicodedata.category(mark) not in ("So", "Sk", "Cf", "Cc", "Cs", "Co"))
    for pattern, words in _RULES:
        text = pattern.sub(words, text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text))
    return text.strip()


def _number(text: str) -> str:
    """Words of `_NUMBER`; what starts with a zero is a code."""
    text = text.replace(",", "")
    if len(text) > 1 and text.isdigit() and text[0] == "0":
        return digits(text)
    if "." in text:
        return decimal(text)
    return cardinal(int(text)) if len(text) < 16 else digits(text)


def _money(match: re.Match[str]) -> str:
    unit, small = _CURRENCIES[match["unit"]]
    amount, scale = match["amount"].replace(",", ""), (match["scale"] or "").lower()
    if scale:
        return f"{_number(amount)} {_SCALES.get(scale, scale)} {unit}s"
    whole, _, rest = amount.partition(".")
    cents = int(rest) if len(rest) == 2 else 0
    if rest and len(rest) != 2:
        return f"{decimal(amount)} {unit}s"
    parts = [f"{cardinal(int(whole))} {unit}{'' if int(whole) == 1 else 's'}"] if int(whole) or not cents else []
    if cents:
        plural = {"cent": "cents", "penny": "pence"}[small]
        parts.append(f"{cardinal(cents)} {small if cents == 1 else plural}")
    return " and ".join(parts)


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if hour > 24 or minute > 59:
        return match[0]
    words = cardinal(hour)
    if minute:
        words += f" {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    elif not half:
        words += " o'clock"
    # the dot of "p.m." may be the sentence's too
    return words + (f" {half[0].upper()}.M." if half else "")


def _slashed(match: re.Match[str]) -> str:
    first, second, third = match["a"], match["b"], match["c"]
    if (first, second) == ("24", "7") and not third:
        return "twenty-four seven"
    if not third and first[0] != "0" and 0 < int(first) < int(second) <= 10:
        return fraction(int(first), int(second))
    if 1 <= int(first) <= 12 and 1 <= int(second) <= 31:
        number = int(third) if third else 0
        tail = f", {year(number if number > 99 else 2000 + number)}" if third else ""
        return f"{_MONTHS[int(first) - 1]} {ordinal(int(second))}{tail}"
    return f"{cardinal(int(first))} over {cardinal(int(second))}"


def _month_day(match: re.Match[str]) -> str:
    month = next(name for name in _MONTHS if name[:3] == match["month"][:3])
    tail = f", {year(int(match['year']))}" if match["year"] else ""
    return f"{month} {ordinal(int(match['day']))}{tail}"


def _acronym(match: re.Match[str]) -> str:
    word, plural = match["word"], match["plural"] or ""
    if match.string.isupper() and " " in match.string:
        return match[0]  # someone is shouting: capitals mean nothing
    consonants = not re.search(r"[AEIOUY]", word) and len(word) > 1 and word not in ("MR", "MRS", "DR", "HMM", "SHH")
    if word not in _SPELLED and not consonants:
        return match[0]
    ended = match.string[match.end() : match.end() + 1] == "."
    spelled = ".".join(cardinal(int(sign)) if sign.isdigit() else sign for sign in word)
    return spelled + ("" if ended else ".") + plural


def _short(match: re.Match[str]) -> str:
    full = _ABBREVIATIONS[match[0]]
    if match[0] == "St." and re.match(r"\s+[A-Z]", match.string[match.end() :]):
        full = "Saint"
    at_end = match[0].endswith(".") and not match.string[match.end() :].strip()
    return full + ("." if at_end else "")


def _rule(pattern: str, words: Callable[[re.Match[str]], str] | str, flags: int = 0) -> _Rule:
    return re.compile(pattern, flags), words if callable(words) else lambda match: match.expand(words)


_PLAIN: dict[int, str | None] = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": " - "} | dict.fromkeys("*_`~|<>[]{}^\\")
)
# fmt: off
_IDENTIFIED = (
    r"(?P<lead>\b(?:account|acct\.?|invoice|order|card|reference|confirmation|ticket|case|policy|zip|code|extension|ext\.?"
    r"|ending in|ends in|last four)(?: (?:number|no\.|code|is|are|of|digits))*[ :]*#? ?)(?P<id>\d[\d-]{2,})\b"
)
# In order: what is more particular stands before what would take a part of it.
_RULES: tuple[_Rule, ...] = (
    _rule(r"\b([\w.+-]+)@([\w-]+(?:\.\w+)+)", lambda m: f"{_dotted(m[1])} at {_dotted(m[2])}"),
    _rule(r"\b(?:https?://)?(?:www\.)?([\w-]+)\.(com|org|net|io|co|gov|edu)\b(/\S*)?", r"\1 dot \2"),
    _rule(r"\b([Nn])o\. ?(?=\d|is\b)", r"\1umber "),
    _rule(_IDENTIFIED, lambda m: f"{m['lead'].replace('#', 'number ')}{digits(m['id'])}", re.IGNORECASE),
    _rule(r"(?<![\w.$£€-])(?:\+?1[ -])?\(?(\d{3})\)?[ -.](\d{3})[ -.](\d{4})\b",
          lambda m: ", ".join(digits(part) for part in m.groups())),
    _rule(r"(?<![\w.$£€-])(\d{3})-(\d{4})\b", lambda m: f"{digits(m[1])}, {digits(m[2])}"),
    _rule(r"(?<![\w.-])(\d{4,})-(\d{3,})\b", lambda m: f"{digits(m[1])}, {digits(m[2])}"),
    _rule(r"(?<!\w)#\s?(\d{4,})\b", lambda m: f"number {digits(m[1])}"),
    _rule(r"(?<!\w)#\s?(?=\d)", "number "),
    _rule(rf"(?P<unit>[$£€])\s?(?P<amount>{_NUMBER})(?:\s?(?P<scale>(?:[KkMmBb]|MM|bn)\b|(?:thousand|million|billion|trillion)\b))?",
          _money),
    _rule(r"(?<=\w)\s?/\s?(?P<period>mo|month|yr|year|hr|hour|wk|week|day|min|user|seat|unit)\b",
          lambda m: f" per {_PERIODS[m['period']]}"),
    _rule(r"(?<![\w:.])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:\s?(?P<half>[AaPp])\.?[Mm]\b\.?)?(?![\d:])", _time),
    _rule(r"(?<![\w:.])(?P<hour>\d{1,2})(?P<minute>)\s?(?P<half>[AaPp])\.?[Mm]\b\.?", _time),
    _rule(r"(?<![\w/.])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<c>\d{4}|\d{2}))?(?![\w/])", _slashed),
    _rule(rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?![\d:%])(?:,? (?P<year>(?:19|20)\d{{2}})\b)?",
          _month_day),
    _rule(r"\b(\d+)(st|nd|rd|th)\b", lambda m: ordinal(int(m[1])) if len(m[1]) < 7 else m[0]),
    _rule(rf"\b((?:in|since|by|from|until|year|end of|early|late|{_MONTH}),? )((?:19|20)\d{{2}})\b(?![,.]\d|%)",
          lambda m: m[1] + year(int(m[2])), re.IGNORECASE),
    _rule(r"\b((?:19|20)\d{2})(?=,? (?:and|or|to) (?:19|20)\d{2}\b|, (?:19|20)\d{2}\b)", lambda m: year(int(m[1]))),
    _rule(r"\b((?:19|20)\d{2})(?=\s*(?:[.,;?!]|$)(?!\d))", lambda m: year(int(m[1]))),
    _rule(r"\b(FY|CY)\s?'?(\d{2})\b", lambda m: f"{m[1]} {cardinal(int(m[2]))}"),
    _rule(r"\b(Q)([1-4])\b", lambda m: f"Q {cardinal(int(m[2]))}"),
    _rule(r"\b(B|P)2([BCP])\b", r"\1.to.\2."),
    _rule(rf"(?<![\w.-])({_NUMBER})\s?-\s?(?={_NUMBER})", r"\1 to "),
    _rule(rf"(?<![\w.])({_NUMBER})\s?(k|K|M|bn|B)\b", lambda m: f"{_number(m[1])} {_SCALES[m[2].lower()]}"),
    _rule(rf"(?<![\w.])({_NUMBER})x\b", lambda m: f"{_number(m[1])} times"),
    _rule(r"\b(\d0)s\b", lambda m: re.sub("ys$", "ies", f"{cardinal(int(m[1]))}s")),
    _rule(r"(?<!\w)-(?=\d)", "minus "),
    _rule(r"(?<!\w)\+(?=\d)", "plus "),
    _rule(rf"({_NUMBER})", lambda m: f" {_number(m[0])} " if _glued(m) else _number(m[0])),
    _rule(r"\s?%", " percent"),
    _rule(r"\s*&\s*", " and "),
    _rule(rf"(?<!\w)(?:{_SHORT})(?!\w)", _short),
    _rule(r"\bU\.S\.A\.?(?=\W|$)", "U.S.A."),
    _rule(r"\b(?P<word>[A-Z]{2,5})(?P<plural>s)?(?![\w'.]\w)\b", _acronym),
    _rule(r"\b([Hh])m+\b", r"\1mm"),
    _rule(r"(?<=\w)\s?/\s?(?=\w)", " "),
    _rule(r"\s=\s", " equals "),
    _rule(r"(?<!\w)[+/=#$£€@°]+(?!\w)|[#$£€@°]", " "),
)
# fmt: on


def _dotted(text: str) -> str:
    return text.replace(".", " dot ")


def _glued(match: re.Match[str]) -> bool:
    """Whether letters touch the number, as in "ISO9001"."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return before.isalpha() or after.isalpha()
