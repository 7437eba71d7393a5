"""A new ad as a person wishes it, in their own words and amounts; `rules.parts_of` makes the draft.

The choices are the platform's (Meta Marketing API): kinds of campaign, buttons, enhancements, categories.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kinoloop.delivery.publishing.records import AdSetDraft, CampaignDraft

Goal = Literal["traffic", "leads", "sales", "awareness"]
GOALS: dict[Goal, str] = {
    "traffic": "People on my page",
    "leads": "Leads, counted by my pixel",
    "sales": "Sales, counted by my pixel",
    "awareness": "Seen by as many as possible",
}
BY_PIXEL: dict[Goal, str] = {"leads": "LEAD", "sales": "PURCHASE"}
"""What the pixel has to tell for a campaign of this kind to learn."""
CTAS = {
    "LEARN_MORE": "Learn more",
    "SHOP_NOW": "Shop now",
    "SIGN_UP": "Sign up",
    "ORDER_NOW": "Order now",
    "BOOK_NOW": "Book now",
    "GET_OFFER": "Get offer",
    "GET_QUOTE": "Get quote",
    "CONTACT_US": "Contact us",
    "SUBSCRIBE": "Subscribe",
    "APPLY_NOW": "Apply now",
    "DOWNLOAD": "Download",
    "WATCH_MORE": "Watch more",
}
SPECIAL = {
    "HOUSING": "Housing",
    "EMPLOYMENT": "Jobs",
    "FINANCIAL_PRODUCTS_SERVICES": "Credit and financial products",
    "ISSUES_ELECTIONS_POLITICS": "Politics and social issues",
}
ENHANCEMENTS = {
    "adapt_to_placement": "Fit the film to each place",
    "add_text_overlay": "Write text over the film",
    "advantage_plus_creative": "Choose changes by itself",
    "contextual_multi_ads": "Show it beside ads of others",
    "creative_stickers": "Add stickers",
    "enhance_cta": "Change the button",
    "inline_comment": "Show comments under it",
    "music_generation": "Add music",
    "replace_media_text": "Replace text in the picture",
    "reveal_details_over_time": "Reveal details one after the other",
    "show_summary": "Show a summary",
    "site_extensions": "Link further pages of the site",
    "text_generation": "Write other texts",
    "text_optimizations": "Swap title and text",
    "text_translation": "Translate the text",
    "translate_voiceover": "Translate the voice",
    "video_auto_crop": "Crop the film",
    "video_filtering": "Filter the picture",
    "video_highlights": "Show highlights only",
    "video_to_image": "Show a still instead",
    "video_uncrop": "Extend the picture",
    "video_voiceover": "Add a voice",
}
"""What the platform may do to a film ad when it is allowed to; without a word here it may not."""
TAGS = "utm_source=meta&utm_medium=paid&utm_campaign={{campaign.id}}&utm_content={{ad.id}}"
YOUNGEST, OLDEST = 13, 65


@dataclass(frozen=True)
class AdWish:
    """`into` is the id of a campaign or ad set that was made from here and is to be joined; empty, both are
    made. What is asked of a thing that is joined (goal, countries, budget) does not count then.

    `daily_budget` is in major units of the account's currency (20.50). `allowed` names the enhancements that
    the platform may apply, `special` the categories that the law protects. `tags` is a query added to the
    link; it may hold the platform's placeholders.
    """

    account_id: str
    name: str
    page_id: str
    title: str
    body: str
    link: str
    cta: str = "LEARN_MORE"
    description: str = ""
    tags: str = TAGS
    allowed: tuple[str, ...] = ()
    instagram_user_id: str = ""
    into: str = ""
    goal: Goal = "traffic"
    pixel_id: str = ""
    special: tuple[str, ...] = ()
    campaign: str = ""
    ad_set: str = ""
    countries: tuple[str, ...] = ()
    age_min: int = 18
    age_max: int = 65
    daily_budget: Decimal | None = None
    beneficiary: str = ""
    payor: str = ""


@dataclass(frozen=True)
class Joined:
    """What an ad goes into, as it was made; without an ad set, a new one is made in the campaign."""

    campaign: CampaignDraft
    ad_set: AdSetDraft | None = None
