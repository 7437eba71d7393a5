"""What an ad really shows, from the creative as Meta keeps it: words, media, what may be done to them. Pure.

A creative is either one story (`object_story_spec`) or a feed of assets that Meta mixes (`asset_feed_spec`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kinoloop.core.errors import IntegrityError
from kinoloop.delivery.drift.records import AdContent, ServedAd

OPTED_OUT = "OPT_OUT"
GONE = frozenset({"DELETED", "ARCHIVED"})
FEED_TEXTS = {"bodies": "body", "titles": "title", "descriptions": "description"}
STORY_TEXTS = {
    "title": ("title", "name"),
    "body": ("message",),
    "description": ("link_description", "description"),
    "link": ("link",),
    "caption": ("caption",),
}
"""Our name for a text: what a film's story calls it, or a link's."""
Pairs = Iterator[tuple[str, str]]


def served_of(told: Mapping[str, Any]) -> ServedAd | None:
    """None for an ad that is gone. Raises IntegrityError for one that cannot be read."""
    if told.get("status") in GONE:
        return None
    try:
        return ServedAd(str(told["id"]), content_of(told["creative"]), raw=dict(told))
    except (KeyError, TypeError, AttributeError) as error:
        raise IntegrityError("Meta's answer about an ad cannot be read.", why=repr(error)) from error


def content_of(creative: Mapping[str, Any]) -> AdContent:
    """Texts of a feed are numbered from the second on: `body`, `body.2`. Media are told by their ids:
    `video:17`, `image:0a1b`, joined by a comma; Meta has no other fingerprint of a film.
    """
    return AdContent(
        creative_id=str(creative["id"]),
        media_hash=",".join(dict.fromkeys(_media(creative))) or None,
        copy=dict(_numbered(_texts(creative))),
        toggles=dict(_toggles(creative)),
    )


def _texts(creative: Mapping[str, Any]) -> Pairs:
    story, feed = _story(creative), creative.get("asset_feed_spec") or {}
    yield from _story_texts(story)
    for child in story.get("child_attachments") or ():
        yield from _story_texts(child)
    for edge, name in FEED_TEXTS.items():
        yield from ((name, str(asset["text"])) for asset in feed.get(edge) or () if asset.get("text"))
    yield from (("link", str(asset["website_url"])) for asset in feed.get("link_urls") or ())
    yield from (("cta", str(word)) for word in feed.get("call_to_action_types") or ())
    if creative.get("url_tags"):
        yield "url_tags", str(creative["url_tags"])
    if not story and not feed:
        yield from _plain_texts(creative)


def _story(creative: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = creative.get("object_story_spec") or {}
    kinds = ("video_data", "link_data", "photo_data", "template_data", "text_data")
    return next((dict(spec[kind]) for kind in kinds if spec.get(kind)), {})


def _story_texts(story: Mapping[str, Any]) -> Pairs:
    for ours, theirs in STORY_TEXTS.items():
        yield from ((ours, str(story[name])) for name in theirs if story.get(name))
    action = story.get("call_to_action") or {}
    if action.get("type"):
        yield "cta", str(action["type"])
    link = (action.get("value") or {}).get("link")
    if link and link != story.get("link"):
        yield "link", str(link)


def _plain_texts(creative: Mapping[str, Any]) -> Pairs:
    """Of an ad that shows a post: what Meta repeats of it on the creative."""
    names = {"title": "title", "body": "body", "link": "link_url", "cta": "call_to_action_type"}
    yield from ((ours, str(creative[theirs])) for ours, theirs in names.items() if creative.get(theirs))


def _numbered(pairs: Pairs) -> Pairs:
    counts: dict[str, int] = {}
    for name, text in pairs:
        counts[name] = counts.get(name, 0) + 1
        yield (name if counts[name] == 1 else f"{name}.{counts[name]}"), text


def _media(creative: Mapping[str, Any]) -> Iterator[str]:
    story, feed = _story(creative), creative.get("asset_feed_spec") or {}
    shown = [story, *(story.get("child_attachments") or ()), *(feed.get("videos") or ())]
    shown += [{"image_hash": image.get("hash")} for image in feed.get("images") or ()]
    for one in shown if any(shown) else [creative]:
        if one.get("video_id"):
            yield f"video:{one['video_id']}"
        elif one.get("image_hash"):
            yield f"image:{one['image_hash']}"


def _toggles(creative: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Whether Meta may apply an enhancement: everything that is not opted out of, it may."""
    freedom = creative.get("degrees_of_freedom_spec") or {}
    for feature, told in (freedom.get("creative_features_spec") or {}).items():
        yield str(feature), told.get("enroll_status") != OPTED_OUT
    for kind, types in freedom.items():
        if kind.endswith("_transformation_types"):
            yield from ((f"{kind}.{one}", True) for one in types or ())
    beside = creative.get("contextual_multi_ads") or {}
    if beside.get("enroll_status"):
        yield "contextual_multi_ads", beside["enroll_status"] != OPTED_OUT
