"""Accounts over HTTP: the first admin, signing in and out, invitations, resets, what is on record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from people_house import PASSWORD, House, house_in, new_person, token_in

ANOTHER = "seven lamps by the harbour"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("house")) as house:
        house.setup()
        yield house


@pytest.fixture
def house(shared: House) -> House:
    shared.sign_in("ada")
    return shared


def test_without_accounts_everything_works_and_the_first_admin_takes_it_over(tmp_path: Path) -> None:
    with house_in(tmp_path) as house:
        house.call("0" * 16, None)
        assert house.ask(None, "GET", "/api/me").json() == {"accounts": False, "setup": True, "person": None}
        assert [call["id"] for call in house.ask(None, "GET", "/api/calls").json()["calls"]] == ["0" * 16]
        assert house.told(None, "GET", "/api/people") == (409, "no_accounts")
        assert house.told(None, "POST", f"/api/calls/{'0' * 16}/shares", {"team": "x"})[0] in (404, 409)
        for weak, why in (("short", "10 or more"), ("password123", "guessed"), ("ababababababab", "guessed")):
            answer = house.ask(None, "POST", "/api/setup", new_person("ada", weak))
            assert (answer.status_code, answer.json()["error"]["code"]) == (422, "weak_password")
            assert why in answer.json()["error"]["message"]
        for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
            proxied = house.told(None, "POST", "/api/setup", new_person("ada"), **{header: "127.0.0.1"})
            assert proxied == (403, "only_here")

        answer = house.setup()
        assert answer.json()["person"]["roles"] == ["admin", "author", "coach", "learner"]
        assert house.told(None, "POST", "/api/setup", new_person("eve")) == (409, "accounts_exist")
        assert house.told(None, "GET", "/api/calls") == (401, "signed_out")
        assert [call["id"] for call in house.ask("ada", "GET", "/api/calls").json()["calls"]] == ["0" * 16]
        assert house.ask("ada", "GET", "/api/me").json()["accounts"]


def test_the_first_admin_is_not_made_from_another_machine(tmp_path: Path) -> None:
    with house_in(tmp_path, peer=("192.0.2.7", 50_000)) as house:
        assert house.ask(None, "GET", "/api/me").json()["setup"] is False
        assert house.told(None, "POST", "/api/setup", new_person("eve")) == (403, "only_here")


def test_a_session_lasts_until_it_is_left_alone_or_too_old(house: House) -> None:
    token = house.sessions["ada"]
    for _ in range(4):
        house.later(days=6)
        assert house.ask("ada", "GET", "/api/calls").status_code == 200
    house.later(days=7)
    assert house.told("ada", "GET", "/api/calls") == (401, "signed_out")
    house.sign_in("ada")
    assert house.sessions["ada"] != token
    for _ in range(5):
        house.later(days=5.9)
        assert house.ask("ada", "GET", "/api/calls").status_code == 200
    house.later(days=0.6)  # it was used just now, and is thirty days old
    assert house.told("ada", "GET", "/api/calls") == (401, "signed_out")


def test_the_cookie_is_for_this_host_and_unknown_to_scripts(house: House) -> None:
    lines = house.sign_in("ada").headers.get_list("set-cookie")
    secure, loopback = sorted(lines)
    assert secure.startswith("__Host-ringside=") and loopback.startswith("ringside-loopback=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Secure"):
        assert part in secure
        assert (part in loopback) == (part != "Secure")
    assert "Domain" not in secure + loopback
    public = {"host": "127.0.0.1", "x-forwarded-proto": "https"}
    assert house.ask(None, "GET", "/api/me", **public).status_code == 200


def test_the_loopback_cookie_counts_on_loopback_alone(tmp_path: Path) -> None:
    with house_in(tmp_path, allowed_origins=["https://practice.example.com"]) as house:
        house.setup()
        cookie = {"cookie": f"ringside-loopback={house.sessions['ada']}"}
        assert house.ask(None, "GET", "/api/calls", **cookie).status_code == 200
        elsewhere = {**cookie, "host": "practice.example.com"}
        assert house.told(None, "GET", "/api/calls", **elsewhere) == (401, "signed_out")
        page = {"host": "practice.example.com", "origin": "https://practice.example.com"}
        body = {"login": "ada", "password": PASSWORD}
        answer = house.ask(None, "POST", "/api/session", body, **page)
        assert [line.partition("=")[0] for line in answer.headers.get_list("set-cookie")] == ["__Host-ringside"]


def test_the_database_knows_no_token_and_no_password(house: House) -> None:
    folder = Path(house.registry.people._database.url.removeprefix("sqlite:///")).parent
    invitation = house.invite("ada", "learner")
    kept = b"".join(file.read_bytes() for file in folder.glob("ringside.sqlite3*"))
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in kept
    for secret in (PASSWORD, house.sessions["ada"], invitation):
        assert secret.encode() not in kept


def test_the_log_tells_no_secret(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    token = house.invite("ada", "learner")
    house.join("log", token)
    house.sign_in("log", "a wrong password")
    logged = "".join(capsys.readouterr())
    assert "/api/links/accept" in logged and "/api/session" in logged
    for secret in (token, PASSWORD, "a wrong password", house.sessions["log"], house.sessions["ada"]):
        assert secret not in logged


def test_signing_out_ends_this_session_and_everywhere_ends_all(house: House) -> None:
    here = house.sessions["ada"]
    house.sign_in("ada")
    listed = house.ask("ada", "GET", "/api/me/sessions").json()["sessions"]
    assert [each["current"] for each in listed].count(True) == 1
    assert house.ask("ada", "DELETE", "/api/session").status_code == 204
    assert house.told("ada", "GET", "/api/calls") == (401, "signed_out")
    house.sessions["ada"] = here
    assert house.ask("ada", "GET", "/api/calls").status_code == 200
    house.sign_in("ada")
    other = next(each for each in house.ask("ada", "GET", "/api/me/sessions").json()["sessions"] if not each["current"])
    assert house.ask("ada", "DELETE", f"/api/me/sessions/{other['id']}").status_code == 204
    assert house.told("ada", "DELETE", f"/api/me/sessions/{other['id']}") == (404, "unknown_session")
    there = house.sessions["ada"]
    house.sign_in("ada")
    assert house.ask("ada", "DELETE", "/api/me/sessions").status_code == 204
    for token in (here, there, house.sessions["ada"]):
        house.sessions["ada"] = token
        assert house.told("ada", "GET", "/api/calls") == (401, "signed_out")


def test_a_new_password_ends_every_other_session(house: House) -> None:
    house.add("pat", "learner")
    before = house.sessions["pat"]
    wrong = {"old": "not the password", "new": ANOTHER}
    assert house.told("pat", "PUT", "/api/me/password", wrong) == (403, "wrong_password")
    assert house.told("pat", "PUT", "/api/me/password", {"old": PASSWORD, "new": "1234567890"})[1] == "weak_password"
    answer = house.ask("pat", "PUT", "/api/me/password", {"old": PASSWORD, "new": ANOTHER})
    assert answer.status_code == 204
    assert house.told("pat", "GET", "/api/calls") == (401, "signed_out")
    house.sessions["pat"] = token_in(answer)
    assert house.ask("pat", "GET", "/api/calls").status_code == 200
    assert house.sessions["pat"] != before
    assert house.sign_in("pat").status_code == 401
    assert house.sign_in("PAT ", ANOTHER).status_code == 201


def test_guessing_is_slowed_down_for_an_account_and_an_address(house: House) -> None:
    house.add("max", "learner")
    house.later(hours=1)
    codes = [house.sign_in("max", f"wrong guess {n}").status_code for n in range(11)]
    assert codes == [401] * 10 + [429]
    right = house.sign_in("max")
    assert (right.status_code, right.json()["error"]["code"]) == (429, "too_many_tries")
    assert 0 < int(right.headers["retry-after"]) <= 15 * 60
    assert house.sign_in("ada").status_code == 201
    house.later(minutes=15)
    assert house.sign_in("max").status_code == 201
    house.later(hours=1)
    codes = [house.sign_in(f"nobody{n}").status_code for n in range(51)]
    assert codes == [401] * 50 + [429]
    house.later(hours=1)


def test_an_account_that_is_not_there_is_refused_as_one_that_is(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    verified: list[str] = []
    original = PasswordHasher.verify

    def counting(self: PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:
        verified.append(str(hash).partition("p=4$")[0])
        return original(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    there, not_there = house.sign_in("ada", "a wrong password"), house.sign_in("nobody-here", "a wrong password")
    assert (there.status_code, there.json()) == (not_there.status_code, not_there.json())
    assert len(verified) == 2 and len(set(verified)) == 1  # the same work by the same parameters


def test_a_change_with_a_session_has_to_say_which_page_it_comes_from(house: House) -> None:
    cookie = {"cookie": f"__Host-ringside={house.sessions['ada']}"}
    for headers, status in (
        ({}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"origin": "http://127.0.0.1:8000"}, 201),
    ):
        body = {"name": f"Team {headers}"}
        answer = house.client.post("/api/teams", json=body, headers={**cookie, **headers})
        assert answer.status_code == status, (headers, answer.text)


def test_an_invitation_is_for_one_person_and_not_for_ever(house: House) -> None:
    team = house.team("North")
    token = house.invite("ada", "learner", "coach", team=team)
    look = house.ask(None, "POST", "/api/links/look", {"token": token}).json()
    assert (look["kind"], look["roles"], look["team"]) == ("invitation", ["coach", "learner"], "North")
    assert house.told(None, "POST", "/api/links/renew", {"token": token, "password": ANOTHER}) == (409, "link_over")
    weak = {**new_person("lee", "lee"), "token": token}
    assert house.told(None, "POST", "/api/links/accept", weak) == (422, "weak_password")
    taken = {**new_person("ada"), "token": token}
    assert house.told(None, "POST", "/api/links/accept", taken) == (409, "login_taken")
    answer = house.join("lee", token)
    assert answer.json()["person"]["teams"] == [{"id": team, "name": "North"}]
    again = {**new_person("lou"), "token": token}
    assert house.told(None, "POST", "/api/links/accept", again) == (409, "link_over")

    late = house.invite("ada", "learner")
    house.later(days=7)
    house.sign_in("ada")
    assert house.told(None, "POST", "/api/links/look", {"token": late}) == (409, "link_over")
    withdrawn = house.invite("ada", "learner")
    listed = house.ask("ada", "GET", "/api/invitations").json()["invitations"]
    assert len(listed) == 1 and withdrawn not in str(listed)
    assert house.ask("ada", "DELETE", f"/api/invitations/{listed[0]['id']}").status_code == 204
    assert house.told(None, "POST", "/api/links/look", {"token": withdrawn}) == (409, "link_over")
    assert house.told(None, "POST", "/api/links/look", {"token": "made up"}) == (409, "link_over")


def test_a_coach_invites_learners_into_a_team_of_theirs_and_nobody_else(house: House) -> None:
    team, other = house.team("East"), house.team("West")
    house.add("cleo", "coach", team=team)
    house.join("lea", house.invite("cleo", "learner", team=team))
    for roles, where in ((["coach"], team), (["learner", "admin"], team), (["learner"], other), (["learner"], None)):
        wish = {"roles": roles, "team": where, "note": "x"}
        assert house.told("cleo", "POST", "/api/invitations", wish) == (403, "not_yours")
    assert house.told("lea", "POST", "/api/invitations", {"roles": ["learner"], "team": team, "note": "x"})[0] == 403
    house.invite("ada", "learner", team=other)
    assert house.ask("cleo", "GET", "/api/invitations").json() == {"invitations": []}
    assert {one["login"] for one in house.ask("cleo", "GET", "/api/people").json()["people"]} == {"cleo", "lea"}
    assert [one["name"] for one in house.ask("cleo", "GET", "/api/teams").json()["teams"]] == ["East"]
    assert house.told("cleo", "PATCH", f"/api/people/{house.ids['cleo']}", {"roles": ["admin"]}) == (403, "not_yours")


def test_a_reset_lets_in_once_and_ends_what_was_before(house: House) -> None:
    house.add("rae", "learner")

    def link() -> str:
        answer = house.ask("ada", "POST", f"/api/people/{house.ids['rae']}/reset")
        assert answer.status_code == 201
        token: str = answer.json()["link"].partition("#")[2]
        return token

    first, second = link(), link()
    assert house.told(None, "POST", "/api/links/renew", {"token": first, "password": ANOTHER}) == (409, "link_over")
    assert house.ask(None, "POST", "/api/links/look", {"token": second}).json()["name"] == "Rae"
    renewed = house.ask(None, "POST", "/api/links/renew", {"token": second, "password": ANOTHER})
    assert renewed.status_code == 201
    assert house.told("rae", "GET", "/api/calls") == (401, "signed_out")
    assert house.told(None, "POST", "/api/links/renew", {"token": second, "password": PASSWORD}) == (409, "link_over")
    assert house.sign_in("rae", ANOTHER).status_code == 201
    late = link()
    house.later(days=1)
    assert house.told(None, "POST", "/api/links/look", {"token": late}) == (409, "link_over")


def test_who_is_disabled_is_out_at_once_and_their_links_with_them(house: House) -> None:
    house.add("dom", "admin")
    token = house.invite("dom", "learner")
    house.ask("ada", "PATCH", f"/api/people/{house.ids['dom']}", {"disabled": True})
    assert house.told("dom", "GET", "/api/calls") == (401, "signed_out")
    assert house.sign_in("dom").status_code == 401
    assert house.told(None, "POST", "/api/links/look", {"token": token}) == (409, "link_over")
    house.ask("ada", "PATCH", f"/api/people/{house.ids['dom']}", {"disabled": False, "roles": ["learner"]})
    assert house.sign_in("dom").status_code == 201
    assert house.told("dom", "GET", "/api/people") == (403, "not_yours")


def test_somebody_can_always_manage_people(house: House) -> None:
    me = f"/api/people/{house.ids['ada']}"
    assert house.told("ada", "PATCH", me, {"disabled": True}) == (409, "last_admin")
    assert house.told("ada", "PATCH", me, {"roles": ["learner"]}) == (409, "last_admin")
    assert house.ask("ada", "GET", "/api/people").status_code == 200


def test_teams_have_names_of_their_own_and_can_go(house: House) -> None:
    team = house.team("South")
    assert house.told("ada", "POST", "/api/teams", {"name": "South"}) == (409, "team_exists")
    assert house.ask("ada", "PATCH", f"/api/teams/{team}", {"name": "Deep South"}).json()["name"] == "Deep South"
    house.add("tim", "learner", team=team)
    assert house.ask("ada", "DELETE", f"/api/teams/{team}").status_code == 204
    assert house.ask("tim", "GET", "/api/me").json()["person"]["teams"] == []
    assert house.told("ada", "PATCH", f"/api/teams/{team}", {"name": "x"}) == (404, "unknown_team")
    assert house.told("ada", "PATCH", f"/api/people/{house.ids['tim']}", {"teams": [team]}) == (409, "unknown_team")
    assert house.told("ada", "PATCH", "/api/people/nobody", {"name": "x"}) == (404, "unknown_person")


def test_what_is_done_with_accounts_is_on_record(house: House) -> None:
    house.add("rex", "learner")
    house.ask("ada", "PATCH", f"/api/people/{house.ids['rex']}", {"roles": ["learner", "coach"], "disabled": True})
    entries = house.ask("ada", "GET", "/api/audit").json()["entries"]
    assert [(entry["by"], entry["act"], entry["subject"]) for entry in entries[:3]] == [
        ("ada", "changed", "rex"),
        ("rex", "accepted an invitation", "rex"),
        ("ada", "invited", "somebody"),
    ]
    assert entries[0]["details"] == {"roles": ["coach", "learner"], "disabled": True}
    assert entries[-1]["act"] == "first admin"
    assert PASSWORD not in str(entries)
