"""The editor's API on a project: a bearer token in, JSON out, rights asked at each call."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.accounts.access import is_teacher
from candyce.lib.errors import BadRequest, CandyceError, NotSignedIn, TooLarge
from candyce.projects import addresses, contents, files
from candyce.projects.access import COMMENT, MANAGE, REASONS, WRITE
from candyce.projects.capabilities import Capability, get_capability, get_scopes, renew_token
from candyce.projects.conduct import describe_conduct
from candyce.projects.describe import get_description
from candyce.projects.locked import check_removable
from candyce.projects.models import Project
from candyce.projects.notebooks import (
    clean_notebook,
    make_notebook,
    write_notebook,
)
from candyce.projects.offline import describe_offline
from candyce.projects.paths import check_path, get_folders, is_notebook

# Eight colours that stand out on white and on black (each at least 4.5:1 on one and 3:1 on the other).
COLORS = ("#c2410c", "#0f766e", "#1d6fd1", "#a21caf", "#4d7c0f", "#b91c5c", "#6d5bd0", "#946200")


class MethodNotAllowed(CandyceError):
    code = "bad_request"
    status = 405
    default_message = _("This request is not valid.")


def get_token(request: HttpRequest) -> str:
    """The text of the bearer token (RFC 6750 section 2.1); raises :class:`NotSignedIn`."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise NotSignedIn
    return text.strip()


Handler = Callable[..., HttpResponse]


def answers_errors(handler: Handler) -> Handler:
    """Typed errors become JSON here, so that no later layer can turn them into a page."""

    @wraps(handler)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return handler(request, *args, **kwargs)
        except CandyceError as error:
            return JsonResponse(error.as_dict(), status=error.status)
        except RequestDataTooBig:
            return JsonResponse(TooLarge().as_dict(), status=TooLarge.status)
        except UnreadablePostError:  # the page went away while sending
            return JsonResponse(BadRequest().as_dict(), status=BadRequest.status)

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def capability(*needed: str) -> Callable[[Handler], Handler]:
    """A handler that receives the token's :class:`Capability` with these rights."""

    def decorate(handler: Handler) -> Handler:
        @answers_errors
        @wraps(handler)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return handler(request, get_capability(get_token(request), *needed), *args, **kwargs)

        return answer

    return decorate


def methods(**handlers: Handler) -> Handler:
    """One address, a handler per method."""

    def dispatch(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        handler = handlers.get(request.method or "")
        if handler is None:
            error = MethodNotAllowed()
            answer = JsonResponse(error.as_dict(), status=error.status)
            answer.headers["Allow"] = ", ".join(handlers)
            return answer
        return handler(request, *args, **kwargs)

    dispatch.csrf_exempt = True  # type: ignore[attr-defined]
    return dispatch


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object; raises :class:`BadRequest`."""
    try:
        data = json.loads(request.body, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise BadRequest from error
    if not isinstance(data, dict):
        raise BadRequest
    return data


# --- the project ---------------------------------------------------------------------------------


@capability()
def get_project(request: HttpRequest, cap: Capability) -> HttpResponse:
    user, project = cap.user, cap.project
    answer = {
        "id": str(project.pk),
        "title": project.title,
        "kind": project.kind,
        "language": request.LANGUAGE_CODE,  # type: ignore[attr-defined]
        "theme": user.theme,
        "user": {
            "id": str(user.pk),
            "username": user.username,
            "name": user.full_name,
            "initials": user.initials,
            "color": COLORS[user.pk.int % len(COLORS)],
            "is_teacher": is_teacher(user),
        },
        "scopes": list(get_scopes(cap.rights)),
        "read_only_reason": _get_read_only_reason(cap),
        "assignment": None,
        "exercise": {"role": _get_exercise_role(cap)},
        "room": describe_conduct(user, project, cap.rights),
        "quota": {"used": project.size, "limit": settings.PROJECT_QUOTA},
        "back_url": addresses.get_back_url(project),
        "full_url": addresses.get_editor_url(project, project.main_path, app="lab"),
        "history_url": _get_history_url(cap),
        "reconnect_url": addresses.get_reconnect_url(project.pk, cap.token.first_issued),
        "server_time": datetime.now(UTC).isoformat(),
        "files": [entry["path"] for entry in contents.list_tree(project)],
    } | describe_offline(user, project)
    return JsonResponse(answer | get_description(user, project, request))


def _get_history_url(cap: Capability) -> str | None:
    """None for those who only read: what was taken out of a project is not for them."""
    working = cap.rights.scopes & {COMMENT, WRITE, MANAGE} or cap.rights.reason == "held"
    if not working and cap.project.kind != Project.Kind.COPY:
        return None
    return addresses.get_history_url(cap.project)


def _get_exercise_role(cap: Capability) -> str | None:
    """``author`` for who writes exercises here; a copy's room says ``pupil`` or ``marker``."""
    writes = cap.project.kind == Project.Kind.PROJECT and WRITE in cap.rights
    return "author" if writes else None


def _get_read_only_reason(cap: Capability) -> dict[str, str] | None:
    if WRITE in cap.rights:
        return None
    code = cap.rights.reason or "read_only"
    return {"code": code, "message": str(REASONS.get(code, REASONS["read_only"]))}


@answers_errors
def post_token(request: HttpRequest) -> HttpResponse:
    token = renew_token(get_token(request))
    expires = datetime.fromtimestamp(token.expires, UTC).isoformat()
    answer = {
        "token": token.encode(),
        "expires_at": expires,
        "scopes": list(token.scopes),
        # A page that was let go on has a new chain, hence a new address for the next time.
        "reconnect_url": addresses.get_reconnect_url(token.project_id, token.first_issued),
    }
    return JsonResponse(answer)


@capability()
def get_tree(request: HttpRequest, cap: Capability) -> HttpResponse:
    return JsonResponse({"files": contents.list_tree(cap.project)})


@capability()
def get_raw(request: HttpRequest, cap: Capability, path: str) -> HttpResponse:
    path = check_path(path)
    data = contents.get_stored(cap.project, path)
    response = HttpResponse(data, content_type="application/octet-stream")
    name = quote(path.rpartition("/")[2], safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


# --- files ---------------------------------------------------------------------------------------


def _answer(cap: Capability, project: Project, path: str, status: int = 200) -> HttpResponse:
    model = contents.get_model(project, path, writable=WRITE in cap.rights, content=False)
    return JsonResponse(model, status=status)


@capability()
def get_file(request: HttpRequest, cap: Capability, path: str = "") -> HttpResponse:
    path = check_path(path) if path else ""
    wanted = request.GET.get("format") or None
    if wanted not in {None, "text", "base64", "json"}:
        raise BadRequest
    model = contents.get_model(
        cap.project,
        path,
        writable=WRITE in cap.rights,
        content=request.GET.get("content", "1") != "0",
        wanted=wanted,
    )
    return JsonResponse(model)


@capability(WRITE)
def put_file(request: HttpRequest, cap: Capability, path: str = "") -> HttpResponse:
    path, body = check_path(path), read_json(request)
    exists = path in cap.project.tree
    if body.get("type") == "directory":
        if path not in get_folders(cap.project.tree):
            project = files.make_folder(cap.project, path, acting_user=cap.user)
            return _answer(cap, project, path, 201)
        return _answer(cap, cap.project, path)
    data = _read_content(path, body)
    expected = request.headers.get("If-Match")
    expected = expected.strip('"') if expected else None
    project = files.put_file(cap.project, path, data, acting_user=cap.user, expected_hash=expected)
    return _answer(cap, project, path, 200 if exists else 201)


def _read_content(path: str, body: dict[str, Any]) -> bytes:
    """The bytes that a contents model carries; raises :class:`BadRequest` or a notebook's error."""
    content, form = body.get("content"), body.get("format")
    if content is None:
        return b""
    if isinstance(content, dict) and (is_notebook(path) or body.get("type") == "notebook"):
        return write_notebook(clean_notebook(content))
    if isinstance(content, (dict, list)) and form == "json":
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    if not isinstance(content, str):
        raise BadRequest
    if form == "base64":
        try:
            return base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequest from error
    return content.encode("utf-8", "replace")


@capability(WRITE)
def post_file(request: HttpRequest, cap: Capability, path: str = "") -> HttpResponse:
    folder, body = check_path(path) if path else "", read_json(request)
    source = body.get("copy_from")
    if source is not None:
        project, made = files.copy_file(cap.project, source, folder, acting_user=cap.user)
        return _answer(cap, project, made, 201)
    name, data = _make_untitled(body)
    project, made = files.make_file(cap.project, folder, name, data, acting_user=cap.user)
    return _answer(cap, project, made, 201)


def _make_untitled(body: dict[str, Any]) -> tuple[str, bytes | None]:
    """Name and content of a new file in the reader's language; no content means a folder."""
    kind, extension = body.get("type", "file"), body.get("ext") or ""
    if not isinstance(extension, str) or len(extension) > 20:
        raise BadRequest
    if kind == "directory":
        return gettext("New folder"), None
    if kind == "notebook":
        title = gettext("Untitled notebook")
        return f"{title}.ipynb", write_notebook(make_notebook(""))
    if kind != "file":
        raise BadRequest
    dot = "" if extension.startswith(".") or not extension else "."
    return gettext("Untitled") + dot + (extension or ".txt"), b""


@capability(WRITE)
def patch_file(request: HttpRequest, cap: Capability, path: str = "") -> HttpResponse:
    new = check_path(read_json(request).get("path"))
    check_removable(cap.project, path, cap.rights)
    project = files.rename_file(cap.project, path, new, acting_user=cap.user)
    return _answer(cap, project, new)


@capability(WRITE)
def delete_file(request: HttpRequest, cap: Capability, path: str = "") -> HttpResponse:
    check_removable(cap.project, path, cap.rights)
    files.delete_file(cap.project, path, acting_user=cap.user)
    return HttpResponse(status=204)


project = methods(GET=get_project)
tree = methods(GET=get_tree)
raw = methods(GET=get_raw)
token = methods(POST=post_token)
file = methods(GET=get_file, PUT=put_file, POST=post_file, PATCH=patch_file, DELETE=delete_file)
