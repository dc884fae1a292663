"""The web applications that are measured side by side. Each is a granian target; settings come from the environment."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask, request

from app.cli.settings import service_config
from app.web import create_app
from app.wiring import build_house
from core.db.engine import Database
from core.db.models.volunteer import LoginAttempt

ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def bare() -> Flask:
    """Flask that reads the form and answers."""
    app = Flask("bare")

    @app.post("/sms/inbound")
    def inbound() -> str:
        return ANSWER if request.form["Body"] else ""

    return app


def durable() -> Flask:
    """The same with one row inserted and committed, durably."""
    app = Flask("durable")
    database = Database(os.environ["HANDRAIL_DATABASE_URL"])

    @app.post("/sms/inbound")
    def inbound() -> str:
        row = {
            "username": uuid.uuid4().hex,
            "failures": len(request.form["Body"]),
            "next_allowed_at": datetime.now(UTC),
        }
        with database.write() as session:
            session.execute(sa.insert(LoginAttempt).values(**row))
        return ANSWER

    return app


def turn() -> Flask:
    """The whole turn: signature, understanding, directory, decision, one commit. Nothing is sent."""
    return create_app(build_house(service_config()))
