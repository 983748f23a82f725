"""What the HTTP interface of people takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.calls.schemas import CallSummary, PersonaCard
from server.people.passwords import LONGEST
from server.storage.people_tables import LinkKind, Role

Login = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=3, max_length=200, pattern=r"^[\w.@+\-]+$"),
    Field(description="what they sign in with: an e-mail address, say"),
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Password = Annotated[str, StringConstraints(min_length=1, max_length=4 * LONGEST)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Roles = Annotated[list[Role], Field(max_length=8)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TeamRef(BaseModel):
    id: str
    name: str


class PersonOut(BaseModel):
    id: str
    login: str
    name: str
    roles: list[Role]
    teams: list[TeamRef]
    disabled: bool


class Me(BaseModel):
    """Who is signed in."""

    accounts: bool = Field(description="whether there are any; if not, everything works without signing in")
    setup: bool = Field(description="whether the first admin can be made from here")
    person: PersonOut | None


class NewPerson(_Body):
    login: Login
    name: Name
    password: Password


class SignIn(_Body):
    login: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=200)]
    password: Password


class NewPassword(_Body):
    old: Password
    new: Password


class SessionOut(BaseModel):
    id: str
    browser: str
    created_at: datetime
    seen_at: datetime
    current: bool


class SessionList(BaseModel):
    sessions: list[SessionOut]


class LinkToken(_Body):
    token: Token


class LinkOut(BaseModel):
    """What a link is good for."""

    kind: LinkKind
    roles: list[Role]
    team: str | None
    name: str | None = Field(description="of a reset: whose password it renews")
    expires_at: datetime


class Acceptance(NewPerson):
    token: Token


class Renewal(_Body):
    token: Token
    password: Password


class PeopleList(BaseModel):
    people: list[PersonOut]


class PersonChange(_Body):
    """What is left out stays."""

    name: Name | None = None
    roles: Roles | None = None
    teams: Annotated[list[str], Field(max_length=200)] | None = None
    disabled: bool | None = None


class TeamIn(_Body):
    name: Name


class TeamList(BaseModel):
    teams: list[TeamRef]


class InvitationIn(_Body):
    roles: Annotated[Roles, Field(min_length=1)]
    team: Annotated[str, StringConstraints(max_length=64)] | None = None
    note: Name = Field(description="whom it is for, so that it can be told from others")
    days: int = Field(default=7, ge=1, le=30, strict=True)


class InvitationOut(BaseModel):
    id: str
    roles: list[Role]
    team: TeamRef | None
    note: str
    made_at: datetime
    expires_at: datetime


class InvitationList(BaseModel):
    invitations: list[InvitationOut]


class OnceShown(BaseModel):
    """A link that isn't shown again: its secret is behind the #, which browsers send to no server."""

    id: str
    link: str
    expires_at: datetime


class AuditEntry(BaseModel):
    at: datetime
    by: str
    act: str
    subject: str
    details: dict[str, Any]


class AuditList(BaseModel):
    entries: list[AuditEntry]


class ShareIn(_Body):
    team: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ShareOut(BaseModel):
    team: TeamRef
    coaches: list[str] = Field(description="who sees it, by name")
    shared_at: datetime
    submitted: bool = Field(description="for an assignment: the learner can't take it back")


class TeamChoice(TeamRef):
    coaches: list[str]


class ShareList(BaseModel):
    shares: list[ShareOut]
    teams: list[TeamChoice] = Field(description="the learner's teams that it isn't shared with")


class SharedCall(BaseModel):
    call: CallSummary
    learner: str
    teams: list[str]
    shared_at: datetime


class SharedList(BaseModel):
    calls: list[SharedCall]


class MomentLinkIn(_Body):
    from_s: float = Field(ge=0, le=86_400, strict=True, allow_inf_nan=False)
    to_s: float = Field(ge=0, le=86_400, strict=True, allow_inf_nan=False)
    days: int = Field(default=7, ge=1, le=30, strict=True)


class MomentLinkOut(BaseModel):
    id: str
    link: str
    from_s: float
    to_s: float
    expires_at: datetime


class MomentLinkList(BaseModel):
    links: list[MomentLinkOut]


class MomentTurn(BaseModel):
    who: str
    speaker: str
    text: str
    start_s: float
    end_s: float


class MomentOut(BaseModel):
    """A stretch of a call, for whoever has its link."""

    title: str
    persona: PersonaCard
    from_s: float
    to_s: float
    turns: list[MomentTurn]
    tape: bool
    expires_at: datetime
