"""All that coaching answers to, for the application to take in."""

from __future__ import annotations

from server.coaching import calibrating, commenting, grades, reviewing

routers = (grades.router, reviewing.router, commenting.router, calibrating.router)
