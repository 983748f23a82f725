"""The studio over HTTP: own personas and scenarios, live validation, the try-out, drafts from pasted material."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from server.api_errors import ApiError, error_docs
from server.calls.engines import SharedEngines
from server.calls.situation import Situation
from server.studio.drafting import Drafter
from server.studio.patching import CannotPatch, patched, tree_of
from server.studio.schemas import (
    AnswerOut,
    Answers,
    Check,
    DocumentOut,
    DraftProgress,
    Entry,
    EntryList,
    HeardBody,
    LivedBody,
    Material,
    NewDocument,
    NewId,
    Patch,
    PersonaTryOut,
    Problem,
    TextIn,
    TryOut,
)
from server.studio.shelf import Kind
from server.studio.studio import Document, Studio, StudioError
from server.studio.tryout import Answer, Lived, answers
from voice.customer import Heard

router = APIRouter(prefix="/api/studio")
Id = Annotated[str, Path(max_length=80)]
_ALL = (400, 403, 404, 409, 413, 415, 422)


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _drafter(request: Request) -> Drafter:
    drafter: Drafter = request.app.state.drafter
    return drafter


@router.get("")
def documents(request: Request) -> EntryList:
    """All personas and scenarios, the own ones first."""
    found = _studio(request).documents()
    return EntryList(
        documents=[Entry(kind=each.kind, id=each.id, title=each.title, state=each.state) for each in found]
    )


@router.post("/patch", responses=error_docs(400, 403, 409, 413, 415, 422))
def patch(body: Patch) -> TextIn:
    """The text with one value set anew; comments stay."""
    try:
        return TextIn.model_construct(yaml=patched(body.yaml, body.key, body.value))
    except CannotPatch as problem:
        raise ApiError(409, "cannot_patch", str(problem)) from problem


@router.post("/drafts", status_code=202, responses=error_docs(400, 403, 409, 413, 415, 422))
async def draft(request: Request, body: Material) -> DraftProgress:
    """Begin a draft of a scenario from pasted material. Material is data; only fields of the scenario come of it."""
    with _refusals():
        return _drafter(request).begin(body.material, body.kind)


@router.get("/drafts/{draft_id}", responses=error_docs(404, 422))
async def draft_progress(request: Request, draft_id: Id) -> DraftProgress:
    with _refusals():
        return _drafter(request).progress(draft_id)


@router.delete("/drafts/{draft_id}", responses=error_docs(403, 404, 422))
async def cancel_draft(request: Request, draft_id: Id) -> DraftProgress:
    """Stop it; what is finished stays."""
    with _refusals():
        return _drafter(request).cancel(draft_id)


@router.post("/{kind}", status_code=201, responses=error_docs(*_ALL))
def create(request: Request, kind: Kind, body: NewDocument) -> DocumentOut:
    """A new draft; it needn't be sound yet."""
    with _refusals():
        return _out(_studio(request).create(kind, body.id, body.yaml))


@router.get("/{kind}/{document_id}", responses=error_docs(404, 422))
def read(request: Request, kind: Kind, document_id: Id) -> DocumentOut:
    with _refusals():
        return _out(_studio(request).read(kind, document_id))


@router.put("/{kind}/{document_id}", responses=error_docs(*_ALL))
def save(request: Request, kind: Kind, document_id: Id, body: TextIn) -> DocumentOut:
    """Save as a draft, sound or not; what is published stays as it is until the draft is published."""
    with _refusals():
        return _out(_studio(request).save(kind, document_id, body.yaml))


@router.delete("/{kind}/{document_id}", status_code=204, responses=error_docs(403, 404, 409, 422))
def delete(request: Request, kind: Kind, document_id: Id) -> Response:
    with _refusals():
        _studio(request).delete(kind, document_id)
    return Response(status_code=204)


@router.post("/{kind}/{document_id}/copy", status_code=201, responses=error_docs(*_ALL))
def copy(request: Request, kind: Kind, document_id: Id, body: NewId) -> DocumentOut:
    """A draft of one's own out of any persona or scenario."""
    with _refusals():
        return _out(_studio(request).copy(kind, document_id, body.id))


@router.post("/{kind}/{document_id}/check", responses=error_docs(400, 403, 413, 415, 422))
def check(request: Request, kind: Kind, document_id: Id, body: TextIn) -> Check:
    """What `ringside check` would say of this text."""
    found = _studio(request).check(kind, document_id, body.yaml)
    return Check(
        errors=[Problem(line=each.line, key=each.key, message=each.message) for each in found.errors],
        form=tree_of(body.yaml),
    )


@router.post("/{kind}/{document_id}/publish", responses=error_docs(403, 404, 409, 422))
def publish(request: Request, kind: Kind, document_id: Id) -> DocumentOut:
    """From now on it is in use; only what is sound can be."""
    with _refusals():
        return _out(_studio(request).publish(kind, document_id))


@router.post("/{kind}/{document_id}/unpublish", responses=error_docs(403, 404, 409, 422))
def unpublish(request: Request, kind: Kind, document_id: Id) -> DocumentOut:
    """A draft again. Calls that were made with it keep what they were made with."""
    with _refusals():
        return _out(_studio(request).unpublish(kind, document_id))


@router.post("/scenarios/{document_id}/try", responses=error_docs(400, 403, 409, 413, 415, 422))
async def try_out(request: Request, document_id: Id, body: TryOut) -> Answers:
    """One turn of a text-only call with this text, as it would go in a real one."""
    board = request.app.state.switchboard
    engines: SharedEngines = board.engines
    with _refusals():
        situation = await board.aside(_studio(request).situation, document_id, body.yaml)
    return await _tried(engines, situation, body)


@router.post("/personas/{document_id}/try", responses=error_docs(400, 403, 404, 409, 413, 415, 422))
async def try_out_persona(request: Request, document_id: Id, body: PersonaTryOut) -> Answers:
    """The same with this person in place of the one that a published scenario names."""
    board = request.app.state.switchboard
    engines: SharedEngines = board.engines
    with _refusals():
        situation = await board.aside(_studio(request).cast, document_id, body.yaml, body.scenario)
    return await _tried(engines, situation, body)


async def _tried(engines: SharedEngines, situation: Situation, body: TryOut) -> Answers:
    if body.drill is not None and body.drill not in [moment.id for moment in situation.scenario.moments]:
        raise ApiError(409, "unknown_moment", f"the text has no moment {body.drill!r}; choose another")
    found = await answers(
        situation,
        engines.language_model,
        [Lived(Heard(**each.heard.model_dump()), tuple(each.moves), each.said) for each in body.past],
        body.text,
        seed=body.seed,
        difficulty=body.difficulty,
        drill=body.drill,
    )
    return Answers(answers=[_answer_out(each) for each in found])


class _refusals:
    """Turns the studio's refusals into the interface's errors."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, StudioError):
            raise ApiError(error.status, error.code, error.message) from error


def _out(document: Document) -> DocumentOut:
    return DocumentOut(
        kind=document.kind, id=document.id, title=document.title, state=document.state, yaml=document.text
    )


def _answer_out(answer: Answer) -> AnswerOut:
    notes, heard = answer.notes, asdict(answer.lived.heard)
    return AnswerOut(
        speaker=answer.speaker,
        lived=LivedBody(
            heard=HeardBody(**{key: heard[key] for key in HeardBody.model_fields}),
            moves=list(answer.lived.moves),
            said=answer.lived.said,
        ),
        trust=notes["state"]["trust"],
        patience=notes["state"]["patience"],
        facts_told=list(notes["facts_told"]),
        reasons=list(notes["reasons"]),
        intention=str(notes["intention"]),
        fallback=bool(notes["wording"].get("fallbacks")),
        ended=answer.ended,
        goal_reached=answer.goal_reached,
    )
