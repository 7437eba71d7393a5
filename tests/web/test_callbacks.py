"""Callbacks of generation services: open to everybody, taken from nobody who cannot prove themselves."""

import pytest
from fastapi.testclient import TestClient

from kinoloop.web.api.callbacks import LONGEST_BODY
from tests.web.house import House

TOKEN = "token-that-is-known-0123456789"
RIGHT = {"webhook-signature": "right", "webhook-id": "d1"}


@pytest.mark.parametrize("service", ["replicate", "kie"])
def test_a_proven_callback_is_handed_on_as_it_came(stranger: TestClient, house: House, service: str) -> None:
    body = b'{"id": "p1",  "status":"succeeded"}'
    answer = stranger.post(f"/callbacks/{service}/{TOKEN}", content=body, headers=RIGHT)
    assert (answer.status_code, answer.content) == (204, b"")
    ((told, token, headers, raw),) = house.videos.called
    assert (told, token, headers["webhook-id"], raw) == (service, TOKEN, "d1", body)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/callbacks/replicate/{TOKEN}", {}),
        (f"/callbacks/replicate/{TOKEN}", {"webhook-signature": "wrong"}),
        ("/callbacks/kie/another-token-0123456789", RIGHT),
    ],
)
def test_an_unproven_one_learns_nothing(
    stranger: TestClient, house: House, path: str, headers: dict[str, str]
) -> None:
    answer = stranger.post(path, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unproven")
    assert "Nobody may know" not in answer.text and "no such task" not in answer.text.lower()
    assert house.videos.called == []


def test_too_large_a_body_is_not_read_on(stranger: TestClient, house: House) -> None:
    answer = stranger.post(f"/callbacks/kie/{TOKEN}", content=b"x" * (LONGEST_BODY + 1), headers=RIGHT)
    assert answer.status_code == 413 and house.videos.called == []
    assert (
        stranger.post(f"/callbacks/kie/{TOKEN}", content=b"x" * LONGEST_BODY, headers=RIGHT).status_code
        == 204
    )


@pytest.mark.parametrize(
    "path", ["/callbacks/kie/short", "/callbacks/kie/with%20space-0123456789", "/callbacks/kie/a/b"]
)
def test_odd_addresses_are_refused(stranger: TestClient, path: str) -> None:
    assert stranger.post(path, headers=RIGHT).status_code in (404, 422)


def test_other_services_and_methods_stay_closed(stranger: TestClient) -> None:
    assert stranger.post(f"/callbacks/other/{TOKEN}", headers=RIGHT).status_code == 401
    assert stranger.get(f"/callbacks/kie/{TOKEN}").status_code == 405
