"""All that coaching answers to, for the application to take in."""

from __future__ import annotations

from server.coaching import grades

routers = (grades.router,)
