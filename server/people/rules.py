"""Who may do what: the rule of every route, in one table. A route without a rule answers nobody."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Rule(Enum):
    """Signed out, every rule but ANYONE refuses with 401. While there are no accounts, all allow all, but for those in
    `TAKES_ACCOUNTS`.
    """

    ANYONE = "also who isn't signed in"
    SIGNED_IN = "everybody who is"
    AUTHOR = "authors"
    ADMIN = "admins"
    LEADER = "admins, and coaches for their own teams"
    COACH = "coaches"
    OPERATOR = "admins, and programs on this machine"
    SEES_CALL = "its learner, and coaches of a team that it was shared with; to others there is no such call"
    COACHING = "coaches; also who sits at the machine while there are no accounts"
    COACHES_CALL = "coaches of a team that it was shared with, who aren't its learner"
    OWNS_CALL = "its learner; to whom else sees it 403, to others there is no such call"


TAKES_ACCOUNTS = frozenset({Rule.ADMIN, Rule.LEADER, Rule.COACH})

_STUDIO = "/api/studio"
_DOCUMENT = f"{_STUDIO}/{{kind}}/{{document_id}}"
_ANSWER = "/api/scenarios/{scenario_id}/moments/{moment_id}/answers/{quality}"
_CALL = "/api/calls/{call_id}"
_CALIBRATION = "/api/calibration"

RULES: Mapping[tuple[str, str], Rule] = {
    ("GET", "/healthz"): Rule.ANYONE,
    ("GET", "/metrics"): Rule.OPERATOR,
    # signing in, and what comes before
    ("GET", "/api/me"): Rule.ANYONE,
    ("POST", "/api/setup"): Rule.ANYONE,
    ("POST", "/api/session"): Rule.ANYONE,
    ("DELETE", "/api/session"): Rule.ANYONE,
    ("POST", "/api/links/look"): Rule.ANYONE,
    ("POST", "/api/links/accept"): Rule.ANYONE,
    ("POST", "/api/links/renew"): Rule.ANYONE,
    # one's own account
    ("PUT", "/api/me/password"): Rule.SIGNED_IN,
    ("GET", "/api/me/sessions"): Rule.SIGNED_IN,
    ("DELETE", "/api/me/sessions"): Rule.SIGNED_IN,
    ("DELETE", "/api/me/sessions/{session_id}"): Rule.SIGNED_IN,
    # people and teams
    ("GET", "/api/people"): Rule.LEADER,
    ("PATCH", "/api/people/{person_id}"): Rule.ADMIN,
    ("POST", "/api/people/{person_id}/reset"): Rule.ADMIN,
    ("GET", "/api/teams"): Rule.LEADER,
    ("POST", "/api/teams"): Rule.ADMIN,
    ("PATCH", "/api/teams/{team_id}"): Rule.ADMIN,
    ("DELETE", "/api/teams/{team_id}"): Rule.ADMIN,
    ("GET", "/api/invitations"): Rule.LEADER,
    ("POST", "/api/invitations"): Rule.LEADER,
    ("DELETE", "/api/invitations/{invitation_id}"): Rule.LEADER,
    ("GET", "/api/audit"): Rule.ADMIN,
    # practice
    ("GET", "/api/status"): Rule.SIGNED_IN,
    ("GET", "/api/scenarios"): Rule.SIGNED_IN,
    ("GET", _ANSWER): Rule.SIGNED_IN,
    ("GET", f"{_ANSWER}/audio"): Rule.SIGNED_IN,
    ("POST", "/api/calls"): Rule.SIGNED_IN,
    ("GET", "/api/calls"): Rule.SIGNED_IN,
    # a call
    ("GET", _CALL): Rule.SEES_CALL,
    ("DELETE", _CALL): Rule.OWNS_CALL,
    ("GET", f"{_CALL}/comparison"): Rule.SEES_CALL,
    ("POST", f"{_CALL}/grade"): Rule.OWNS_CALL,
    ("GET", f"{_CALL}/tape"): Rule.SEES_CALL,
    ("GET", f"{_CALL}/peaks"): Rule.SEES_CALL,
    ("WEBSOCKET", f"{_CALL}/socket"): Rule.OWNS_CALL,
    # sharing
    ("GET", "/api/shared"): Rule.COACH,
    ("GET", f"{_CALL}/shares"): Rule.OWNS_CALL,
    ("POST", f"{_CALL}/shares"): Rule.OWNS_CALL,
    ("DELETE", f"{_CALL}/shares/{{team_id}}"): Rule.OWNS_CALL,
    ("GET", f"{_CALL}/links"): Rule.OWNS_CALL,
    ("POST", f"{_CALL}/links"): Rule.OWNS_CALL,
    ("DELETE", f"{_CALL}/links/{{link_id}}"): Rule.OWNS_CALL,
    ("POST", "/api/moment"): Rule.ANYONE,  # what the link's signature opens, and no more
    ("POST", "/api/moment/tape"): Rule.ANYONE,
    # coaching
    ("GET", f"{_CALL}/grades"): Rule.SEES_CALL,
    ("POST", f"{_CALL}/grades"): Rule.COACHES_CALL,
    ("GET", f"{_CALL}/grades/{{grade_id}}"): Rule.SEES_CALL,
    ("GET", "/api/rubrics/{rubric_hash}"): Rule.SIGNED_IN,
    ("GET", f"{_CALL}/review"): Rule.SEES_CALL,
    ("POST", f"{_CALL}/reviewed"): Rule.COACHES_CALL,
    ("PUT", f"{_CALL}/criteria/{{criterion_id}}/level"): Rule.COACHES_CALL,
    ("POST", f"{_CALL}/disputes"): Rule.OWNS_CALL,
    ("POST", f"{_CALL}/disputes/{{dispute_id}}/answer"): Rule.COACHES_CALL,
    ("GET", f"{_CALL}/comments"): Rule.SEES_CALL,
    ("POST", f"{_CALL}/comments"): Rule.SEES_CALL,
    ("POST", f"{_CALL}/comments/voice"): Rule.SEES_CALL,
    ("GET", f"{_CALL}/comments/{{comment_id}}/voice"): Rule.SEES_CALL,
    ("DELETE", f"{_CALL}/comments/{{comment_id}}"): Rule.SEES_CALL,  # one's own, the route sees to it
    ("GET", f"{_CALL}/replay"): Rule.SEES_CALL,
    ("GET", f"{_CALL}/beside/{{other_id}}"): Rule.SEES_CALL,  # the other one, too: the route sees to it
    ("GET", f"{_CALL}/better-line/audio"): Rule.SEES_CALL,
    ("GET", f"{_CALL}/report"): Rule.SEES_CALL,
    ("GET", f"{_CALL}/export"): Rule.SEES_CALL,
    ("GET", "/api/inbox"): Rule.COACHING,
    ("GET", "/api/inbox/grades"): Rule.COACHING,
    ("GET", _CALIBRATION): Rule.SIGNED_IN,
    ("POST", f"{_CALIBRATION}/standards/{{standard_id}}/switch"): Rule.COACHING,
    ("GET", f"{_CALIBRATION}/rounds"): Rule.COACHING,
    ("POST", f"{_CALIBRATION}/rounds"): Rule.COACHING,
    ("GET", f"{_CALIBRATION}/rounds/{{round_id}}"): Rule.COACHING,
    ("POST", f"{_CALIBRATION}/rounds/{{round_id}}/hand-in"): Rule.COACHING,
    ("GET", f"{_CALIBRATION}/rounds/{{round_id}}/calls/{{call_id}}"): Rule.COACHING,
    ("PUT", f"{_CALIBRATION}/rounds/{{round_id}}/calls/{{call_id}}"): Rule.COACHING,
    # the studio
    ("GET", _STUDIO): Rule.AUTHOR,
    ("POST", f"{_STUDIO}/patch"): Rule.AUTHOR,
    ("POST", f"{_STUDIO}/drafts"): Rule.AUTHOR,
    ("GET", f"{_STUDIO}/drafts/{{draft_id}}"): Rule.AUTHOR,
    ("DELETE", f"{_STUDIO}/drafts/{{draft_id}}"): Rule.AUTHOR,
    ("POST", f"{_STUDIO}/{{kind}}"): Rule.AUTHOR,
    ("GET", _DOCUMENT): Rule.AUTHOR,
    ("PUT", _DOCUMENT): Rule.AUTHOR,
    ("DELETE", _DOCUMENT): Rule.AUTHOR,
    ("POST", f"{_DOCUMENT}/copy"): Rule.AUTHOR,
    ("POST", f"{_DOCUMENT}/check"): Rule.AUTHOR,
    ("POST", f"{_DOCUMENT}/publish"): Rule.AUTHOR,
    ("POST", f"{_DOCUMENT}/unpublish"): Rule.AUTHOR,
    ("POST", f"{_STUDIO}/scenarios/{{document_id}}/try"): Rule.AUTHOR,
    ("POST", f"{_STUDIO}/personas/{{document_id}}/try"): Rule.AUTHOR,
}
