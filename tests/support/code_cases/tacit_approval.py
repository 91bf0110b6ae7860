"""Requests that provoke the error codes of approval by silence."""

from __future__ import annotations

from dataclasses import replace

from werkzeug.test import TestResponse

from server.catalogue.actions import import_catalogue
from server.core.actors import SYSTEM
from server.tacit_approval.errors import TacitCode
from support.code_cases import case
from support.web import Browser, Web

PATH = "/office/tacit-approval"
SCHEME = {"kind": "decision", "items": ["tax-1"], "limit": "legal"} | {
    "basis": "某市行政审批超时默许办法第三条",
    "first": "2026-03-02",
}


def proposed(web: Web) -> tuple[Browser, Browser, str]:
    """Return both managers, and the address of a scheme that the first one proposed."""
    ctx = web.small.ctx
    book = ctx.catalogue()
    items = tuple(replace(i, legal_days=20, hazard=i.code == "tax-2") for i in book.items)
    import_catalogue(ctx, SYSTEM, replace(book, items=items), "test")
    first = web.manager()
    scheme = first.post(PATH, SCHEME).get_json()["schemes"][0]["id"]
    return first, web.administrator(), f"{PATH}/{scheme}"


@case(TacitCode.TACIT_UNKNOWN)
def _(web: Web) -> TestResponse:
    return web.manager().post(f"{PATH}/TS0/sign", {})


@case(TacitCode.TACIT_STATE)
def _(web: Web) -> TestResponse:
    _first, second, scheme = proposed(web)
    second.post(f"{scheme}/sign", {})
    return second.post(f"{scheme}/sign", {})


@case(TacitCode.TACIT_SECOND)
def _(web: Web) -> TestResponse:
    first, _second, scheme = proposed(web)
    return first.post(f"{scheme}/sign", {})


@case(TacitCode.TACIT_WORDS)
def _(web: Web) -> TestResponse:
    first, _second, scheme = proposed(web)
    return first.post(f"{scheme}/withdraw", {})


@case(TacitCode.TACIT_BARRED)
def _(web: Web) -> TestResponse:
    first, _second, _scheme = proposed(web)
    return first.post(PATH, SCHEME | {"items": ["tax-2"]})


@case(TacitCode.TACIT_LIMIT)
def _(web: Web) -> TestResponse:
    ctx = web.small.ctx
    book = ctx.catalogue()
    items = tuple(replace(i, legal_days=0) for i in book.items)
    import_catalogue(ctx, SYSTEM, replace(book, items=items), "test")
    return web.manager().post(PATH, SCHEME)
