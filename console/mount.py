"""Puts the console into an app: blueprint, log-in, CSRF, security headers, component templates."""

from __future__ import annotations

from flask import Flask, request
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.wrappers import Response

# Importing the pages is what adds them to the blueprint.
from console import (  # noqa: F401
    chrome,
    entrance,
    figures,
    media,
    own_page,
    problems,
    queue,
    request_page,
    review,
    taking_down,
    working,
)
from console.deps import EXTENSION, ConsoleDeps, Mounted, blueprint
from console.people import csrf, load_person, login_manager
from console.texts import Texts

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def register_console(app: Flask, deps: ConsoleDeps) -> None:
    """Serve everything below /console/. Sets the app's secret key and session cookie."""
    config = deps.config
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="handrail_console",
        SESSION_COOKIE_PATH="/console/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.public_url.startswith("https://"),
        # Only the console's guard checks tokens: webhooks are signed by their providers instead.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A form may stay open as long as its session lives.
        WTF_CSRF_TIME_LIMIT=None,
        # Pages send no Referer (see HEADERS); the token is bound to the signed session cookie.
        WTF_CSRF_SSL_STRICT=False,
    )
    loaders = [PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    app.jinja_loader = ChoiceLoader([app.jinja_loader, *loaders] if app.jinja_loader else loaders)
    texts = Texts(config.languages, deps.catalogue.needs, config.timezone)
    app.extensions[EXTENSION] = Mounted(deps, texts)
    csrf.init_app(app)
    login_manager.init_app(app)
    login_manager.user_loader(load_person)
    app.register_blueprint(blueprint)


@blueprint.after_request
def protect(response: Response) -> Response:
    """Nothing foreign runs in or around the pages, and no page with people's matters is kept by a browser."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    return response
