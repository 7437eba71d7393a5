"""Reading pages of ads, and what the house keeps of them."""

import html
import re

from kinoloop.delivery.accounts import queries
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes.queries import change
from tests.web.advertising import MAIN
from tests.web.house import House

INLINE = re.compile(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\bsrc=)")


def text_of(page: str) -> str:
    """What is read, in one line."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))).replace("\u00a0", " ")


def seen_of(page: str, change_id: str) -> str:
    """The hash that the page would send along with a yes."""
    found = re.search(
        rf'/changes/{change_id}/approve[^>]*><input type="hidden" name="sha256" value="(\w+)"', page
    )
    assert found, "there is no button"
    return found[1]


def account_of(house: House, account_id: str = MAIN) -> AdAccount:
    with house.database.read() as connection:
        return queries.account(connection, account_id)


def state_of(house: House, change_id: str) -> str:
    with house.database.read() as connection:
        return change(connection, change_id).state
