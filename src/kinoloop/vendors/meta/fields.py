"""What is asked for of each thing at Meta, and the shape of its ids."""

import re

from kinoloop.core.errors import InputError
from kinoloop.delivery.accounts.records import Kind

ACCOUNT = "id,name,currency,timezone_name,account_status"
COMMON = "id,account_id,name,status,effective_status,updated_time"
ENTITY: dict[Kind, str] = {
    "campaign": f"{COMMON},objective,bid_strategy,daily_budget,lifetime_budget",
    "adset": f"{COMMON},campaign_id,daily_budget,lifetime_budget,bid_amount,bid_strategy,optimization_goal,"
    "billing_event,targeting,learning_stage_info",
    "ad": f"{COMMON},campaign_id,adset_id,creative{{id}}",
}
EDGES: dict[Kind, str] = {"campaign": "campaigns", "adset": "adsets", "ad": "ads"}
SERVED = (
    "id,account_id,status,effective_status,creative{id,name,object_type,title,body,video_id,image_hash,"
    "call_to_action_type,link_url,url_tags,object_story_spec,asset_feed_spec,degrees_of_freedom_spec,"
    "contextual_multi_ads}"
)
_ID, _ACCOUNT = re.compile(r"[0-9]{1,32}"), re.compile(r"act_[0-9]{1,32}")


def entity_path(entity_id: str) -> str:
    """The id, fit for a path. Raises InputError."""
    if not _ID.fullmatch(entity_id):
        raise InputError(f"'{entity_id[:40]}' is not an id of Meta's.", fix="Use the number that Meta gave.")
    return entity_id


def account_path(account_id: str) -> str:
    """The account's id, fit for a path. Raises InputError."""
    if not _ACCOUNT.fullmatch(account_id):
        raise InputError(f"'{account_id[:40]}' is not an ad account.", fix="Write it like act_1234567890.")
    return account_id
