"""Rules of URLs: building an address still works although nothing of it is compiled before."""

from __future__ import annotations

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
