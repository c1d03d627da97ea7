"""Problem documents (RFC 9457): the one shape of every error, in the caller's language (protocol §2)."""

import re
from collections.abc import Mapping

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from wuye.http.bodies import AnyRequest
from wuye.http.log import log
from wuye.http.server import Server
from wuye.kernel.errors import CODES, Problem
from wuye.model.catalogue import LANGUAGES, Catalogue

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 2
"""Seconds after which a server that is full may be asked again, where nothing better is known."""

_SENTENCE_END = re.compile(r"(?<=[.。！!？?])\s*")
_REGIONS = {"zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "zh": "zh-Hans"}
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media", 503: "busy"}


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a caller reads. ``title`` and ``detail`` are for people, ``code`` for programs, ``place`` (what exactly and
    where) for those who write programs. Further keys depend on the code (``site``, ``expected``, ``index`` …)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    epoch: str
    place: str = ""
    fields: tuple[str, ...] = ()


def document(problem: Problem, language: str, catalogue: Catalogue, epoch: str) -> bytes:
    """Write a problem in a language."""
    code = CODES[problem.code]
    text = catalogue.say(f"error.{problem.code}", language)
    plain = msgspec.to_builtins(
        Document(
            type=f"urn:wuye:error:{problem.code}",
            title=_SENTENCE_END.split(text, maxsplit=1)[0],
            status=code.status or 500,
            detail=text,
            code=problem.code,
            epoch=epoch,
            place=problem.detail,
            fields=problem.fields,
        )
    )
    return msgspec.json.encode({**problem.extra, **plain})


def headers_of(problem: Problem) -> dict[str, str]:
    """Return the headers that belong to a problem."""
    if problem.code == "unauthorized":
        return {"WWW-Authenticate": "Bearer"}
    after = problem.extra.get("retry_after")
    if after is None and CODES[problem.code].status == 503:
        after = RETRY_AFTER
    return {} if after is None else {"Retry-After": str(after)}


def language_of(accepted: str) -> str:
    """Choose a language of ours for an ``Accept-Language`` header; English when there is none."""
    wishes: list[tuple[float, int, str]] = []
    for index, part in enumerate(accepted[:200].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), index, tag.strip().lower()))
        except ValueError:
            continue
    for _, _, tag in sorted(wishes):
        if found := _language(tag):
            return found
    return "en"


def _language(tag: str) -> str | None:
    for language in LANGUAGES:
        if tag == language.lower() or tag.startswith(f"{language.lower()}-"):
            return language
    return _REGIONS.get(tag[:5]) or (_REGIONS["zh"] if tag.partition("-")[0] == "zh" else None)


def handlers(server: Server) -> ExceptionHandlersMap:
    """Return what turns every exception into a document."""

    def respond(request: AnyRequest, problem: Problem, extra: Mapping[str, str]) -> Response[bytes]:
        language = language_of(request.headers.get("accept-language", ""))
        return Response(
            document(problem, language, server.registry.catalogue, server.epoch),
            status_code=CODES[problem.code].status or 500,
            media_type=MEDIA_TYPE,
            headers={**extra, **headers_of(problem), "Content-Language": language, "Vary": "Accept-Language"},
        )

    def on_problem(request: AnyRequest, error: Problem) -> Response[bytes]:
        if error.code == "internal":
            log().error("request_failed", method=request.method, path=request.scope["path"], exc_info=error)
        return respond(request, error, {})

    def on_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
        code = _BY_STATUS.get(error.status_code) or ("invalid_request" if error.status_code < 500 else "internal")
        allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
        detail = "" if code in ("not_found", "method_not_allowed", "internal") else error.detail
        return respond(request, Problem(code, detail), allow)

    def on_fault(request: AnyRequest, error: Exception) -> Response[bytes]:
        log().error("request_failed", method=request.method, path=request.scope["path"], exc_info=error)
        return respond(request, Problem("internal"), {})

    return {Problem: on_problem, HTTPException: on_http, Exception: on_fault}
