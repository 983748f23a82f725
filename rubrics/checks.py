"""Checks as data: what a criterion's levels follow from. A rubric may carry them under `checks:`, for a person to edit.

```yaml
checks:
  plans:                                   # any one of these earns level 2
    - needs: [asks-hold, [hold-reason-length, call-length], {asks: [fever, rash], least: 2}]   # a list within: either
      before: account-detail               # all of it before the first of these
  half: [asks-hold]                        # any of these, or of the needs, earns level 1
  nought: [price]                          # but none of these alone
  weakens: [excuse]                        # at most level 1
  spoils: [blames-customer]                # level 0
  arises: asks-hold                        # else not applicable
  whole: false                             # part of the level isn't covered: what isn't seen is not scored
```
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rubrics.sign_catalogue import catalogue


def _known(name: str) -> str:
    if name not in catalogue():
        raise ValueError(f"{name!r} is no sign; `ringside check --signs` lists them")
    return name


SignId = Annotated[str, AfterValidator(_known)]


Words = Annotated[tuple[str, ...], Field(min_length=1, max_length=40)]


class Check(BaseModel):
    """What must be seen, and in how many turns: a sign of the catalogue, or that a topic is asked or spoken about.

    `asks` and `speaks_of` hold words of the topic: one of them, in any form, in a question or in a statement.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign: SignId | None = None
    asks: Words | None = None
    speaks_of: Words | None = None
    least: int = Field(default=1, ge=1, le=9)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(part is not None for part in (self.sign, self.asks, self.speaks_of)) != 1:
            raise ValueError("a check names one of: sign, asks, speaks_of")
        return self

    @property
    def about(self) -> str:
        """What is seen, for people."""
        if self.sign is not None:
            return catalogue()[self.sign].about.rstrip(".").removeprefix("The learner ")
        if self.asks is not None:
            return f"asks about {', '.join(self.asks[:6])}"
        return f"speaks of {', '.join((self.speaks_of or ())[:6])}"

    @property
    def detail(self) -> bool:
        return self.sign is not None and catalogue()[self.sign].detail


def _check(value: Any) -> Any:
    return {"sign": value} if isinstance(value, str) else value


def _group(value: Any) -> Any:
    return [_check(one) for one in value] if isinstance(value, list | tuple) else [_check(value)]


CheckIn = Annotated[Check, BeforeValidator(_check)]
Group = Annotated[tuple[Check, ...], BeforeValidator(_group), Field(min_length=1)]


class Plan(BaseModel):
    """One way to the best level: each group of `needs` is met by any of its checks, before `before` is first seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    needs: tuple[Group, ...] = ()
    before: SignId | None = None


class Checks(BaseModel):
    """What a criterion's levels follow from; see the module for the fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plans: tuple[Plan, ...] = ()
    half: tuple[CheckIn, ...] = ()
    nought: tuple[SignId, ...] = ()
    weakens: tuple[CheckIn, ...] = ()
    spoils: tuple[CheckIn, ...] = ()
    arises: SignId | None = None
    unless: SignId | None = None
    topical: bool = False
    whole: bool = True

    @property
    def signs(self) -> tuple[str, ...]:
        """Every sign that is named."""
        needs = [check for plan in self.plans for group in plan.needs for check in group]
        checks = [*needs, *self.half, *self.weakens, *self.spoils]
        others = [*(check.sign for check in checks if check.sign is not None), *self.nought]
        orders = [plan.before for plan in self.plans if plan.before]
        return tuple(dict.fromkeys([*others, *orders, *(one for one in (self.arises, self.unless) if one)]))
