"""The application: what it is made of, in which order it starts, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.responses import PlainTextResponse, Response

from server import api_errors, pages
from server.calls.answers import router as answers_router
from server.calls.engines import SharedEngines
from server.calls.grading import GradingDesk
from server.calls.judging import RubricGrader
from server.calls.routes import router as calls_router
from server.calls.switchboard import Switchboard
from server.catalogue import load_catalogue, warn_of_edits
from server.coaching.calibration import Bar
from server.coaching.comments import Comments
from server.coaching.rounds import Rounds
from server.coaching.routers import routers as coaching_routers
from server.coaching.scores import Scores
from server.coaching.standards import Standards
from server.guards import Guard, HostPolicy
from server.metrics import Metrics
from server.models.move_recognizer import move_recognizer
from server.models.store import ModelStore
from server.people.account import router as account_router
from server.people.entering import router as entering_router
from server.people.entry import admitted
from server.people.managing import router as managing_router
from server.people.registry import Registry
from server.people.sharing import router as sharing_router
from server.request_log import RequestLog
from server.settings import Settings
from server.storage.calls import CallStore
from server.storage.database import Database
from server.storage.folders import CallFolders
from server.storage.frozen import FrozenRubrics
from server.studio.drafting import Drafter
from server.studio.routes import router as studio_router
from server.studio.studio import Studio

WEB_DIST = Path(__file__).parents[1] / "web" / "dist"
_METRICS_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def create_app(settings: Settings, *, models: ModelStore | None = None, web_dist: Path = WEB_DIST) -> FastAPI:
    """The application for these settings. Nothing is opened or loaded before it starts up."""
    metrics = Metrics()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database.in_folder(settings.data_dir)
        await asyncio.to_thread(database.migrate)
        registry = app.state.registry = Registry(database, settings.data_dir, settings.sessions)
        if await asyncio.to_thread(registry.people.anybody):
            await asyncio.to_thread(registry.people.claim_calls)
        catalogue = await asyncio.to_thread(load_catalogue, settings.library_dirs)
        app.state.studio = await asyncio.to_thread(Studio, settings.data_dir, catalogue, settings.library_dirs)
        store, folders = CallStore(database), CallFolders(settings.data_dir)
        weights = models or ModelStore.default()
        recognize = move_recognizer(weights)
        frozen = app.state.frozen = FrozenRubrics(database)
        await asyncio.to_thread(warn_of_edits, catalogue, frozen)
        bar = Bar(settings.calibration.kappa, settings.calibration.labels)
        standards = app.state.standards = Standards(database, catalogue, frozen, store, bar)
        grader = RubricGrader(catalogue, folders, frozen, recognize, standards.rubric_to_grade_by)
        standards.of(grader)
        app.state.grader, app.state.scores = grader, Scores(database)
        app.state.comments, app.state.rounds = Comments(database), Rounds(database)
        desk = GradingDesk(store, grader, metrics)
        async with SharedEngines(settings, weights, metrics, recognize, catalogue) as engines:
            board = app.state.switchboard = Switchboard(
                catalogue=catalogue,
                engines=engines,
                store=store,
                folders=folders,
                desk=desk,
                metrics=metrics,
                most_calls=settings.max_calls,
            )
            drafter = app.state.drafter = Drafter(app.state.studio, engines.language_model)
            await board.recover()
            tasks = [
                asyncio.create_task(desk.run(), name="grading"),
                asyncio.create_task(standards.run(), name="calibration"),
            ]
            if settings.load_models == "at_start":
                tasks.append(asyncio.create_task(board.warm_up(), name="warm-up"))
            try:
                yield
            finally:
                await drafter.close()
                await board.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        database.close()

    app = FastAPI(
        title="Ringside",
        version="1",
        summary="Practise calls with a simulated customer. The calls themselves are on WebSockets: docs/api.md.",
        lifespan=lifespan,
        dependencies=[Depends(admitted)],
        responses=api_errors.error_docs(401),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api_errors.install(app)
    app.state.behind_proxy = settings.behind_proxy
    for router in (
        entering_router,
        account_router,
        managing_router,
        calls_router,
        sharing_router,
        studio_router,
        answers_router,
        *coaching_routers,
    ):
        app.include_router(router)

    @app.get("/healthz", response_class=PlainTextResponse)
    async def healthz() -> str:
        """Whether the process answers. What is loaded is in /api/status."""
        return "ok"

    @app.get("/metrics", response_class=PlainTextResponse)
    async def prometheus() -> Response:
        return Response(metrics.text(), media_type=_METRICS_MEDIA_TYPE)

    pages.install(app, web_dist)
    policy = HostPolicy(settings.allowed_origins, any_host=not settings.loopback and not settings.allowed_origins)
    app.add_middleware(Guard, policy=policy)
    app.add_middleware(RequestLog)
    return app
