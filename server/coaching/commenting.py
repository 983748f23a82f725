"""Comments on moments of a call over HTTP: in words, by voice, or as a reaction to a quote."""

from __future__ import annotations

import asyncio
import pathlib
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rubrics.evidence import Quote, locate
from server.api_errors import ApiError, error_docs
from server.calls import results
from server.calls.ranged_file import RangedFile
from server.coaching.access import OverCall, board_of, rater_of
from server.coaching.comments import MOST_OF_A_CALL, Comments, NewComment, TooMany
from server.coaching.voice_comment import VoiceError, save_voice
from server.people.entry import CurrentViewer
from server.people.viewer import Viewer
from server.storage.coaching_tables import Comment
from server.storage.folders import CallFolder
from server.storage.tables import CallRow

router = APIRouter(prefix="/api/calls/{call_id}/comments")
CommentId = Annotated[int, Path(ge=1, lt=2**63)]
Reaction = Literal["strong", "question", "careful", "again"]
AtS = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
_ALL = (400, 403, 404, 409, 413, 415, 422)


class CommentOut(BaseModel):
    id: int
    at_s: float
    turn: int | None
    quote: str | None
    text: str
    reaction: Reaction | None
    voice: str | None = Field(description="the address of its sound")
    voice_s: float | None
    by: str
    mine: bool
    at: datetime


class CommentList(BaseModel):
    comments: list[CommentOut]


class CommentWish(BaseModel):
    """A text, a reaction, or both; a `quote` stands in the turn that it names."""

    model_config = ConfigDict(extra="forbid")

    at_s: AtS
    text: str = Field(default="", max_length=2000)
    reaction: Reaction | None = None
    turn: int | None = Field(default=None, ge=0, le=100_000)
    quote: str | None = Field(default=None, max_length=2000)

    @model_validator(mode="after")
    def _says_something(self) -> CommentWish:
        if not self.text.strip() and self.reaction is None:
            raise ValueError("there is neither a text nor a reaction; give one")
        if self.quote is not None and self.turn is None:
            raise ValueError("a quote needs the turn that it stands in")
        return self


@router.get("", responses=error_docs(403, 404, 409, 422))
def comments(request: Request, row: OverCall, viewer: CurrentViewer) -> CommentList:
    """All comments on a call, in its order."""
    return CommentList(comments=[_out(one, viewer) for one in _comments(request).of(row.id)])


@router.post("", status_code=201, responses=error_docs(*_ALL))
def comment(request: Request, row: OverCall, viewer: CurrentViewer, wish: CommentWish) -> CommentOut:
    if wish.quote is not None and wish.turn is not None:
        record = results.read_record(_folder(request, row))
        if locate(record, Quote(wish.turn, wish.quote)) is None:
            raise ApiError(422, "no_such_quote", f"{wish.quote[:60]!r} doesn't stand in turn {wish.turn}")
    return _out(_added(request, row, viewer, wish), viewer)


@router.post("/voice", status_code=201, responses=error_docs(*_ALL))
async def voice_comment(
    request: Request,
    row: OverCall,
    viewer: CurrentViewer,
    at_s: Annotated[float, Query(ge=0, le=86_400, allow_inf_nan=False)] = 0.0,
    turn: Annotated[int | None, Query(ge=0, le=100_000)] = None,
) -> CommentOut:
    """The body is the sound as the browser recorded it (`audio/...`): up to 2 MiB and 120 s."""
    data = await request.body()
    return await asyncio.to_thread(
        _voiced, request, row, viewer, CommentWish.model_construct(at_s=at_s, turn=turn), data
    )


@router.get(
    "/{comment_id}/voice",
    response_class=FileResponse,
    responses={
        200: {"content": {"audio/ogg": {"schema": {"type": "string", "format": "binary"}}}},
        **error_docs(400, 403, 404, 409, 416, 422),
    },
)
def voice(request: Request, row: OverCall, comment_id: CommentId) -> FileResponse:
    """What was said: Ogg Opus, mono, with range requests."""
    found = _comments(request).get(row.id, comment_id)
    path = _voice_file(_folder(request, row), comment_id)
    if found is None or found.voice_s is None or not path.is_file():
        raise ApiError(404, "no_voice", f"comment {comment_id} has no sound")
    return RangedFile(path, media_type="audio/ogg", headers={"Cache-Control": "private, max-age=3600"})


@router.delete("/{comment_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def remove(request: Request, row: OverCall, viewer: CurrentViewer, comment_id: CommentId) -> Response:
    """Take one's own comment back."""
    found = _comments(request).get(row.id, comment_id)
    if found is None:
        raise ApiError(404, "unknown_comment", f"call {row.id} has no comment {comment_id}")
    if found.author != rater_of(viewer):
        raise ApiError(403, "not_yours", f"{found.author_name} wrote this comment; only they can take it back")
    _comments(request).remove(comment_id)
    _voice_file(_folder(request, row), comment_id).unlink(missing_ok=True)
    return Response(status_code=204)


def _voiced(request: Request, row: CallRow, viewer: Viewer, wish: CommentWish, data: bytes) -> CommentOut:
    made = _added(request, row, viewer, wish)
    try:
        seconds = save_voice(data, _voice_file(_folder(request, row), made.id))
    except VoiceError as problem:
        _comments(request).remove(made.id)
        raise ApiError(422, "bad_sound", str(problem)) from problem
    _comments(request).spoken(made.id, seconds)
    made.voice_s = seconds
    return _out(made, viewer)


def _added(request: Request, row: CallRow, viewer: Viewer, wish: CommentWish) -> Comment:
    new = NewComment(
        row.id, rater_of(viewer), viewer.name, wish.at_s, wish.turn, wish.quote, wish.text.strip(), wish.reaction
    )
    try:
        return _comments(request).add(new)
    except TooMany as reached:
        raise ApiError(
            409, "too_many_comments", f"a call takes {MOST_OF_A_CALL} comments; take one back first"
        ) from reached


def _out(row: Comment, viewer: Viewer) -> CommentOut:
    return CommentOut.model_validate(
        {
            "id": row.id,
            "at_s": row.at_s,
            "turn": row.turn,
            "quote": row.quote,
            "text": row.text,
            "reaction": row.reaction,
            "voice": None if row.voice_s is None else f"/api/calls/{row.call_id}/comments/{row.id}/voice",
            "voice_s": row.voice_s,
            "by": row.author_name,
            "mine": row.author == rater_of(viewer),
            "at": row.made_at,
        }
    )


def _voice_file(folder: CallFolder, comment_id: int) -> pathlib.Path:
    return folder.comments / f"{comment_id}.ogg"


def _folder(request: Request, row: CallRow) -> CallFolder:
    return board_of(request).folders.of(row.id)


def _comments(request: Request) -> Comments:
    found: Comments = request.app.state.comments
    return found
