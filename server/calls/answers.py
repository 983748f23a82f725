"""What could be answered at a moment, well or badly, read and heard: spoken by a voice that isn't the customer's."""

from __future__ import annotations

import io
import wave
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from personas.scenario import Moment, Scenario
from personas.script import write_script
from server.api_errors import ApiError, error_docs
from server.calls.engines import EnginesError
from server.calls.schemas import AnswerOut, MomentCard, Quality
from server.calls.switchboard import Switchboard
from voice.audio import CUSTOMER_RATE, PCM
from voice.speak import SpeechError

router = APIRouter(prefix="/api/scenarios/{scenario_id}/moments/{moment_id}/answers/{quality}")
Id = Annotated[str, Path(max_length=200)]
Seed = Annotated[int, Query(ge=0, lt=2**63, description="a call's seed: with the names and figures of that call")]
WAV = "audio/wav"
_QUALITIES: tuple[Quality, ...] = ("strong", "weak")


def moment_card(moment: Moment) -> MomentCard:
    return MomentCard(
        id=moment.id,
        title=moment.title,
        brief=moment.brief,
        answers=[quality for quality in _QUALITIES if _text(moment, quality)],
    )


@router.get("", responses=error_docs(404, 422))
def answer(request: Request, scenario_id: Id, moment_id: Id, quality: Quality, seed: Seed = 0) -> AnswerOut:
    """What a learner might say at this moment."""
    _, text = _found(_board(request), scenario_id, moment_id, quality, seed)
    return AnswerOut(text=text, audio=f"{request.url.path}/audio?seed={seed}")


@router.get(
    "/audio",
    response_class=Response,
    responses={
        200: {"content": {WAV: {"schema": {"type": "string", "format": "binary"}}}},
        **error_docs(404, 409, 422),
    },
)
async def audio(request: Request, scenario_id: Id, moment_id: Id, quality: Quality, seed: Seed = 0) -> Response:
    """The same, spoken: WAV, 24 kHz, mono. Made once, then kept in the data folder."""
    board = _board(request)
    scenario, text = _found(board, scenario_id, moment_id, quality, seed)
    try:
        await board.engines.ready()
        sound = await board.aside(board.engines.say_as_learner, text, board.catalogue.persona_of(scenario))
    except (EnginesError, SpeechError) as problem:
        raise ApiError(409, "not_ready", str(problem)) from problem
    return Response(wav(sound), media_type=WAV, headers={"Cache-Control": "no-cache"})


def _found(board: Switchboard, scenario_id: str, moment_id: str, quality: Quality, seed: int) -> tuple[Scenario, str]:
    scenario = board.catalogue.scenarios.get(scenario_id)
    if scenario is None:
        raise ApiError(404, "unknown_scenario", f"no scenario has the id {scenario_id[:60]!r}")
    persona, others = board.catalogue.persona_of(scenario), board.catalogue.others_in(scenario)
    script = write_script(scenario, persona, seed=seed, others=others)
    moment = next((moment for moment in script.scenario.moments if moment.id == moment_id), None)
    if moment is None:
        raise ApiError(404, "unknown_moment", f"{scenario.id} has no moment {moment_id[:60]!r}")
    if not (text := _text(moment, quality)):
        raise ApiError(
            404, "no_answer", f"moment {moment.id} of {scenario.id} has no {quality} answer; write one there"
        )
    return scenario, text


def _text(moment: Moment, quality: Quality) -> str:
    return moment.strong if quality == "strong" else moment.weak


def _board(request: Request) -> Switchboard:
    board: Switchboard = request.app.state.switchboard
    return board


def wav(sound: PCM) -> bytes:
    """16 bit, mono, at CUSTOMER_RATE."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(CUSTOMER_RATE)
        out.writeframes(sound.astype("<i2").tobytes())
    return file.getvalue()
