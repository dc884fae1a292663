"""Puts the console into an app: blueprint, log-in, CSRF, security headers, component templates."""

from __future__ import annotations

from flask import Flask, Response, request
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

# Importing the pages is what adds them to the blueprint.
from console import (  # noqa: F401
    areas,
    chrome,
    doubting,
    duplicates,
    editing,
    entrance,
    figures,
    finding,
    listing_calls,
    listings,
    media,
    need_review,
    own_page,
    problems,
    queue,
    request_page,
    review,
    taking_down,
    translations,
    working,
)
from console.deps import EXTENSION, ConsoleDeps, Mounted, blueprint
from console.page_headers import protected
from console.people import csrf, load_person, login_manager
from console.provider_page import provider_blueprint
from console.texts import Texts


def register_console(app: Flask, deps: ConsoleDeps) -> None:
    """Serve everything below /console/, and the pages of providers below /listing/. Sets the app's secret key and
    session cookie."""
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
    app.register_blueprint(provider_blueprint)


@blueprint.after_request
def protect(response: Response) -> Response:
    """No page with people's matters is kept by a browser; what all pages share may be."""
    return response if request.endpoint == "console.static" else protected(response)
