"""All that coaching answers to, for the application to take in."""

from __future__ import annotations

from server.coaching import calibrating, commenting, desk, grades, replaying, reviewing

routers = (grades.router, reviewing.router, commenting.router, replaying.router, desk.router, calibrating.router)
