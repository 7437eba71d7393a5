"""How the CRM rests: portals, the inbox, the mirror of deals and people, cursors, reports, wishes.

Amounts are decimal text in the deal's own currency, as the CRM told them; increments are minor units.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json

portals = Table(
    "crm_portals",
    metadata,
    Column("portal_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("connected_at", Instant, nullable=False),
    Column("connected_by", Text, nullable=False),
    Index("idx_crm_portals_tenant", "tenant_id"),
)

events = Table(
    "crm_events",
    metadata,
    Column("key", Text, primary_key=True),
    Column("delivery_id", Text, nullable=False),
    Column("tenant_id", Text),
    Column("portal_id", Text, nullable=False),
    Column("subscription_type", Text, nullable=False),
    Column("kind", Text),
    Column("change", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("property_name", Text),
    Column("property_value", Text),
    Column("deal_ids", Json, nullable=False),
    Column("contact_ids", Json, nullable=False),
    Column("occurred_at", Instant),
    Column("attempt", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("raw", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text),
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant),
    Column("taken_by", Text),
    Column("taken_until", Instant),
    Column("handled_at", Instant),
    Index("idx_crm_events_due", "state", "due_at"),
    Index("idx_crm_events_received", "received_at", "key"),
    Index("idx_crm_events_object", "tenant_id", "kind", "object_id"),
    Index("idx_crm_events_occurred", "tenant_id", "occurred_at"),
    Index("idx_crm_events_delivery", "delivery_id"),
)

deals = Table(
    "crm_deals",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("pipeline", Text),
    Column("stage", Text),
    Column("amount", Text),
    Column("currency", Text),
    Column("created_at", Instant),
    Column("modified_at", Instant),
    Column("closed", Boolean),
    Column("won", Boolean),
    Column("source", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("note", Text),
    Index("idx_crm_deals_modified", "tenant_id", "modified_at"),
)

deal_contacts = Table(
    "crm_deal_contacts",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Index("idx_crm_deal_contacts_contact", "tenant_id", "contact_id"),
)

contacts = Table(
    "crm_contacts",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("contact_id", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("click_id", Text),
    Column("fbclid", Text),
    Column("visitor_id", Text),
    Column("read_at", Instant, nullable=False),
    Column("forgotten_at", Instant),
)
"""No names, no addresses: only what links a person to a click, and not even that once they are forgotten."""

stage_moves = Table(
    "crm_stage_moves",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("source", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("idx_crm_stage_moves_at", "tenant_id", "at"),
)

conversions = Table(
    "crm_conversions",
    metadata,
    Column("conversion_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("contact_id", Text),
    Column("evidence", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("click_id", Text),
    Column("ad_id", Text),
    Column("campaign_id", Text),
    Column("attributed_at", Instant, nullable=False),
    Index("idx_crm_conversions_object", "tenant_id", "kind", "object_id"),
)

cursors = Table(
    "crm_cursors",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("cursor_at", Instant, nullable=False),
    Column("reconciled_until", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

syncs = Table(
    "crm_syncs",
    metadata,
    Column("sync_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("since", Instant, nullable=False),
    Column("position", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("told_by_both", Integer, nullable=False),
    Column("only_sync", Integer, nullable=False),
    Column("only_webhook", Integer, nullable=False),
    Column("missed", Json, nullable=False),
    Column("window_from", Instant),
    Column("window_to", Instant),
    Column("error", Text),
    Index("idx_crm_syncs_tenant", "tenant_id", "started_at"),
)

reported_values = Table(
    "crm_reported_values",
    metadata,
    Column("value_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("ad_id", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reported_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Index("idx_crm_reported_values_ad", "tenant_id", "ad_id", "reported_at"),
)

budget_wishes = Table(
    "crm_budget_wishes",
    metadata,
    Column("wish_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("deal_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("increment", BigInteger, nullable=False),
    Column("stage_confidence", Double, nullable=False),
    Column("attribution_confidence", Double, nullable=False),
    Column("step", Double, nullable=False),
    Column("ad_id", Text),
    Column("campaign_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("answer", Text),
    Column("tries", Integer, nullable=False),
    Column("due_at", Instant),
    Column("settled_at", Instant),
    Index("idx_crm_budget_wishes_state", "state", "due_at"),
    Index("idx_crm_budget_wishes_deal", "tenant_id", "deal_id"),
)
"""An outbox: written with the ledger, handed on after it, so that a crash in between loses nothing."""
