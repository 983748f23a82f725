"""Which words of a recogniser's partials can be relied on while the learner still speaks."""

from __future__ import annotations

from voice.phantoms import bare_word


def stable_part(stable: str, former: str, latter: str) -> str:
    """What is stable once `latter` has followed the partial `former`; it begins with what was `stable` before.

    A word is stable once two successive partials agree on it and on a word behind it: the last word of a partial is
    often invented, and so is its full stop.
    """
    agreed: list[str] = []
    for before, now in zip(former.split(), latter.split()[:-1], strict=False):
        if bare_word(before) != bare_word(now):
            break
        agreed.append(now)
    known = stable.split()
    if len(agreed) <= len(known) or any(
        bare_word(one) != bare_word(other) for one, other in zip(known, agreed, strict=False)
    ):
        return stable
    return " ".join([*known, *agreed[len(known) :]])
