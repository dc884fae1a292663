"""Cora sees two listings of one service side by side, makes them one, and changes her mind."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.demo import SAMPLE
from core.db.engine import Database
from core.db.models import DuplicatePair, Redirect
from core.db.models.volunteer import Role
from core.directory.find import service_offer
from core.directory.importing import import_path
from intents.catalogue import Catalogue
from tests.console.audit import AuditedClient
from tests.console.conftest import Enter
from tests.console.scenes import Scene, build_scene
from tests.fakes import StandingClock

PAGE = "/console/duplicates/"


@pytest.fixture
def scene(town: Database, clock: StandingClock, catalogue: Catalogue, tmp_path: Path) -> Scene:
    """A console over the sample community, one service of which a food bank lists too."""
    services = json.loads((SAMPLE / "services.json").read_text("utf-8"))
    known = next(service for service in services if service["name"] == "Riverside Food Share")
    file = tmp_path / "food-bank.json"
    file.write_text(json.dumps([{
        "id": "river-1", "name": "Riverside Food Share Pantry", "status": "active",
        "organization": {"id": "bank", "name": known["organization"]["name"]}, "phones": known["phones"],
        "service_at_locations": [{"location": {"id": "boathouse", "addresses": [
            {k: v for k, v in address.items() if k not in ("id", "location_id")}
            for address in known["service_at_locations"][0]["location"]["addresses"]]}}],
    }]), "utf-8")  # fmt: skip
    import_path(town, file, source_name="food bank", now=clock.now())
    scene = build_scene(town, clock, catalogue)
    scene.app.test_client_class = AuditedClient
    return scene


@pytest.fixture
def cora(scene: Scene, enter: Enter) -> AuditedClient:
    scene.joins("cora", "Cora Miles", Role.COORDINATOR)
    return enter("cora")


def test_found_compared_merged_and_undone(scene: Scene, cora: AuditedClient) -> None:
    assert "Nothing looks like a duplicate" in cora.visit(PAGE)
    cora.submit(f"{PAGE}look")
    page = cora.visit(PAGE)
    assert "Riverside Food Share Pantry" in page
    assert "same telephone number: 100 %" in page
    with scene.database.read() as session:
        pair = next(p for p in session.scalars(sa.select(DuplicatePair)) if p.evidence.get("phone") == 1.0)
    left, right = pair.left_id, pair.right_id

    side_by_side = cora.visit(f"{PAGE}{pair.id}")
    assert "Riverside Food Share" in side_by_side
    assert "food bank" in side_by_side
    chosen = {"keep": str(left), "name": str(right), "verdict": "one"}
    cora.submit(f"{PAGE}{pair.id}", **chosen)

    local = scene.clock.now().astimezone(scene.deps.config.timezone)
    with scene.database.read() as session:
        kept, other = (service_offer(session, i, at=local) for i in (left, right))
        assert kept
        assert other
        assert kept.service_id == other.service_id == left
    merged = cora.visit(PAGE)
    assert "is now told as" in merged
    assert "Cora Miles" in merged
    assert cora.get(f"{PAGE}{pair.id}").status_code == 404

    cora.submit(f"{PAGE}merged/{right}/undo")
    with scene.database.read() as session:
        assert session.scalar(sa.select(sa.func.count(Redirect.id))) == 0
    assert cora.get(f"{PAGE}{pair.id}").status_code == 200


def test_they_are_two_and_are_not_asked_about_again(scene: Scene, cora: AuditedClient) -> None:
    cora.visit(PAGE)
    cora.submit(f"{PAGE}look")
    waiting = re.findall(rf'href="{PAGE}([0-9a-f-]{{36}})"', cora.visit(PAGE))
    for pair_id in waiting:
        cora.visit(f"{PAGE}{pair_id}")
        cora.submit(f"{PAGE}{pair_id}", verdict="two")
    cora.visit(PAGE)
    cora.submit(f"{PAGE}look")
    assert waiting
    assert "Nothing looks like a duplicate" in cora.visit(PAGE)


@pytest.mark.parametrize("form", [{"verdict": "one"}, {"verdict": "one", "keep": "me"}])
def test_a_form_that_is_not_ours_changes_nothing(scene: Scene, cora: AuditedClient, form: dict[str, str]) -> None:
    cora.visit(PAGE)
    cora.submit(f"{PAGE}look")
    with scene.database.read() as session:
        pair_id = session.scalars(sa.select(DuplicatePair.id).limit(1)).one()
    cora.visit(f"{PAGE}{pair_id}")
    token = re.search('name="csrf_token" value="([^"]+)"', cora.html)
    assert token
    assert cora.post(f"{PAGE}{pair_id}", data={"csrf_token": token[1], **form}).status_code == 400
    with scene.database.read() as session:
        assert session.scalar(sa.select(sa.func.count(Redirect.id))) == 0


def test_only_coordinators_decide(scene: Scene, enter: Enter) -> None:
    scene.joins("vera", "Vera Lopez")
    assert enter("vera").get(PAGE).status_code == 404
