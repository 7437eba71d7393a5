"""The word index: a numbered document per shot (or per asset, for names), and a weight per word and document.

Numbers keep the postings small; the weight is ready to be summed, so a query reads no text.
"""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Identity, Index, Integer, Table, Text, desc

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id

search_documents = Table(
    "search_documents",
    metadata,
    Column("doc", BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True),
    Column("asset_id", Id, ForeignKey("assets.asset_id", ondelete="CASCADE"), nullable=False),
    Column("clip_id", Id, ForeignKey("clips.clip_id", ondelete="CASCADE")),
    Index("idx_search_documents_asset", "asset_id"),
    Index("idx_search_documents_clip", "clip_id"),
)

search_terms = Table(
    "search_terms",
    metadata,
    Column("term", Text, primary_key=True),
    Column(
        "doc",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("search_documents.doc", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("weight", Double, nullable=False),
    Index("idx_search_terms_weight", "term", desc("weight"), "doc"),
    Index("idx_search_terms_doc", "doc"),
)
