"""Rules of URLs: building an address still works although nothing of it is compiled before."""

from __future__ import annotations

import pytest
from flask import url_for

from server.web_api.url_rule import HallFlask


def test_an_address_is_built_from_a_rule_and_its_values() -> None:
    app = HallFlask("server", static_folder=None)
    app.add_url_rule("/t/<token>", "ticket", lambda token: token)
    with app.test_request_context():
        assert url_for("ticket", token="a b") == "/t/a%20b"
        assert url_for("ticket", token="a", page=2) == "/t/a?page=2"


def test_each_app_has_its_rules_although_they_are_parsed_once() -> None:
    for name in ("one", "two"):
        app = HallFlask(name, static_folder=None)
        app.add_url_rule(
            "/<int:number>/of/<name>", "place", lambda number, name: f"{number} {name}"
        )
        routes = app.url_map.bind("localhost")
        assert routes.match("/7/of/a") == ("place", {"number": 7, "name": "a"})
        assert not routes.test("/x/of/a")
        assert next(app.url_map.iter_rules()).arguments == {"number", "name"}
        with app.test_request_context():
            assert url_for("place", number=7, name="a") == "/7/of/a"


def test_apps_share_rules_only_if_all_are_the_same() -> None:
    apps = [HallFlask("server", static_folder=None) for _ in range(3)]
    for app in apps:
        app.add_url_rule("/a", "a", lambda: "a", methods=["GET"])
        app.add_url_rule("/b", "b", lambda: "b", methods=["GET"])
    apps[1].add_url_rule("/c", "c", lambda: "c")
    apps[2].add_url_rule("/b", "b", methods=["POST"])
    seen = [
        {path: app.test_client().post(path).status_code for path in ("/a", "/b", "/c")}
        for app in apps
    ]
    assert seen == [
        {"/a": 405, "/b": 405, "/c": 404},
        {"/a": 405, "/b": 405, "/c": 405},
        {"/a": 405, "/b": 200, "/c": 404},
    ]


def test_each_app_answers_with_its_own_views() -> None:
    for name in ("one", "two"):
        app = HallFlask(name, static_folder=None)
        app.add_url_rule("/name", "name", lambda name=name: name)
        assert app.test_client().get("/name").text == name


def test_no_rule_is_added_after_the_first_look_up() -> None:
    app = HallFlask("server", static_folder=None)
    app.add_url_rule("/a", "a", lambda: "a")
    app.url_map.update()
    with pytest.raises(RuntimeError):
        app.add_url_rule("/b", "b", lambda: "b")
