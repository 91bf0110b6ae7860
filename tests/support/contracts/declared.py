"""Contracts that the code declares: routes, messages, pages, settings, codes, schema, options."""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Iterator
from dataclasses import MISSING
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import text

from server.app import App, build
from server.cli import COMMANDS
from server.core.config import Config, HallFile
from server.core.engine import migrate, open_engine
from server.core.events import kinds, sent_fields
from server.core.problems import refusals
from server.core.settings import bounds, choices, declared
from server.hall.opening import open_hall
from server.hall.replays import replays as all_replays
from server.web_api.export import schema
from server.web_api.openapi import document
from support.halls import CHEAP

ROOT = Path(__file__).resolve().parents[3]
PRODUCT = ("kiosk", "counters", "display", "devices", "server")
DESCRIPTIVE = {"description", "summary", "title"}
"""Keys of OpenAPI and JSON Schema that document and do not bind."""
READERS = {"text", "number", "whole", "flag", "words", "table"}
"""Methods of `devices.config_table.Settings` that read a key of an agent's file."""


def _demo_app(folder: Path) -> App:
    """Build the app with every route that exists, the demo's included."""
    config = Config(data=folder, demo=True, simulators="http://127.0.0.1:1")
    hall = open_hall(config, hasher=CHEAP)
    app = build(hall, start=lambda *_args, **_options: None)
    hall.ctx.store.close()
    return app


def _without_descriptions(node: Any, *, names: bool = False) -> Any:
    """Return a schema without its documentation; `names`: the keys of `node` are names."""
    if isinstance(node, list):
        return [_without_descriptions(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_descriptions(value, names=key in ("properties", "$defs", "schemas"))
        for key, value in node.items()
        if names or key not in DESCRIPTIVE
    }


def openapi(folder: Path) -> Any:
    """Return every operation of the OpenAPI document; its messages are in the contract `wire`."""
    whole = document(_demo_app(folder).api.routes)
    return {
        f"{method.upper()} {path}": {
            "operation": operation["operationId"],
            "who": operation["x-who"],
            "parameters": [f"{p['in']} {p['name']}" for p in operation["parameters"]],
            "body": _model(operation.get("requestBody")),
            "answer": _model(operation["responses"]["200"]),
            "refusals": {
                status: response["description"].split(", ")
                for status, response in operation["responses"].items()
                if status != "200"
            },
        }
        for path, methods in whole["paths"].items()
        for method, operation in methods.items()
    }


def _model(content: dict[str, Any] | None) -> str:
    """Return media type and message of a body or an answer, "" where there is none."""
    return " ".join(
        f"{media} {body['schema'].get('$ref', '').rpartition('/')[2]}".strip()
        for media, body in (content or {"content": {}})["content"].items()
    )


def wire(folder: Path) -> Any:
    """Return the JSON Schema of every message that a page or the API knows, without prose."""
    routes = document(_demo_app(folder).api.routes)["components"]["schemas"]
    text = json.dumps(routes).replace("#/components/schemas/", "#/$defs/")
    return _without_descriptions({**schema()["$defs"], **json.loads(text)}, names=True)


def live(folder: Path) -> Any:
    """Return the Socket.IO namespaces with their events, and the feeds that pages watch."""
    app = _demo_app(folder)
    return {
        "events": {
            namespace: sorted(events) for namespace, events in app.socketio.server.handlers.items()
        },
        "feeds": sorted(app.feeds._surfaces),
        "tasks and desired states": {
            "desired": sorted(app.agents.desired),
            "owed": sorted(app.agents.outstanding),
            "results": sorted(app.agents.results),
            "pressed": sorted(app.agents.event_handlers),
        },
    }


def pages(folder: Path) -> Any:
    """Return every URL outside the API with its methods."""
    rules = _demo_app(folder).flask.url_map.iter_rules()
    return {
        rule.rule: sorted((rule.methods or set()) - {"OPTIONS"})
        for rule in rules
        if not rule.rule.startswith("/api/v1")
    }


def settings(_folder: Path) -> Any:
    """Return every setting of a hall with its default, bounds and choices."""
    return {
        name: {
            "default": entry.default,
            "bounds": bounds().get(name),
            "choices": sorted(choices().get(name, ())),
        }
        for name, entry in declared().items()
    }


def errors(_folder: Path) -> Any:
    """Return every error code with its HTTP status."""
    return {code.value: refusal.status for code, refusal in refusals().items()}


def journal_acts(_folder: Path) -> Any:
    """Return the name of every act that the code writes into a journal; `*`: chosen as it runs."""
    return sorted(set(_journal_literals()))


def _journal_literals() -> Iterator[str]:
    """Yield the third argument of every call of `write_journal`, which writes one line."""
    for package in ("server", "kiosk", "counters", "display"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id="write_journal"), args=[_, _, act, *_]):
                        yield from _texts(act)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body)
            yield from _texts(other)
        case ast.JoinedStr(values=values):
            yield "".join(str(v.value) if isinstance(v, ast.Constant) else "*" for v in values)


def replays(_folder: Path) -> Any:
    """Return the acts that a second person confirms, with their ranks; waiting ones are stored."""
    return {
        name: "by arguments" if replay.ranks else replay.rank.value
        for name, replay in all_replays().items()
    }


def worker_bus(_folder: Path) -> Any:
    """Return the events that workers of one hall publish to each other, with their fields."""
    return {
        kind.__name__: {field.name: str(field.type) for field in sent_fields(kind)}
        for kind in kinds().values()
    }


def hall_toml(folder: Path) -> Any:
    """Return the keys of `hall.toml` with type and default."""
    config = Config(data=folder)
    return {
        name: [type(getattr(config, name)).__name__, getattr(config, name)]
        for name in sorted(HallFile.model_fields)
    }


def agent_toml(_folder: Path) -> Any:
    """Return the keys that each package below `devices/` reads from an agent's file."""
    keys: dict[str, set[str]] = {}
    for path in sorted((ROOT / "devices").rglob("*.py")):
        package = path.relative_to(ROOT).parts[1].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=reader), args=[ast.Constant(value=str(key)), *_]
                ) if reader in READERS and package not in ("simulate", "settings"):
                    keys.setdefault(package, set()).add(f"{key}: {reader}")
    return {package: sorted(names) for package, names in keys.items()}


def command_line(_folder: Path) -> Any:
    """Return every subcommand of `hall` with its options."""
    options = {}
    for name, (module, _help) in COMMANDS.items():
        parser = argparse.ArgumentParser(add_help=False)
        import_module(module if "." in module else f"server.cli.{module}").arguments(name, parser)
        options[name] = [line for action in parser._actions for line in _option(action)]
    return options


def _option(action: argparse.Action) -> Iterator[str]:
    if isinstance(action, argparse._SubParsersAction):
        for name, parser in action.choices.items():
            yield from (f"{name} {line}" for sub in parser._actions for line in _option(sub))
        return
    spelt = ", ".join(action.option_strings) or action.dest
    default = "" if action.default in (None, MISSING) else f" = {action.default}"
    chosen = f" of {', '.join(map(str, action.choices))}" if action.choices else ""
    yield f"{spelt}{default}{chosen}{' (required)' if action.required else ''}"


def database(folder: Path) -> Any:
    """Return the tables and indexes of a new SQLite database as its migrations make them."""
    engine = open_engine(f"sqlite:///{folder / 'new.db'}")
    migrate(engine)
    with engine.connect() as conn:
        rows = conn.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        ).all()
    engine.dispose()
    return {name: [line.strip() for line in sql.splitlines()] for name, sql in rows}
