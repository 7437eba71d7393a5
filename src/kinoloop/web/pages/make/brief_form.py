"""The brief as a form: its choices in plain words, what was typed, and the brief that it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, get_args

from kinoloop.core.errors import InputError
from kinoloop.creative.briefs.records import Brief, ExportFormat
from kinoloop.creative.plain import from_json, to_json
from kinoloop.web.forms import Posted

Options = tuple[tuple[str, str], ...]
FORMATS: Options = (
    ("ad", "Paid ad: 15, 30 or 60 s"),
    ("tiktok", "TikTok post: 21 to 34 s"),
    ("youtube_shorts", "YouTube Short: 45 to 58 s"),
    ("youtube_long", "YouTube film: 8 to 12 min"),
)
PLATFORMS: Options = (
    ("meta", "Instagram and Facebook"),
    ("tiktok", "TikTok"),
    ("youtube", "YouTube"),
    ("custom", "Somewhere else"),
)
VISUALS: Options = (
    ("own", "Our own footage"),
    ("both", "Our own footage, and what it lacks is generated"),
    ("generated", "Generated pictures only"),
)
SERVICES: Options = (("", "Choose for me"), ("replicate", "Replicate"), ("kie", "KIE"))
TIERS: Options = (("draft", "Quick and cheap"), ("final", "Best quality"))
MOODS: Options = (("calm", "Calm"), ("bright", "Bright"), ("drive", "Driving"), ("none", "No music"))
CAPTIONS: Options = (
    ("bold", "Bold"),
    ("karaoke", "Word by word"),
    ("plain", "Plain"),
    ("none", "No captions"),
)
ELEMENTS: Options = (
    ("hook", "Hook (the first line)"),
    ("cta", "Call to action (the last line)"),
    ("opening", "Opening shot"),
)
SHAPES: Options = (("9:16", "9:16 upright"), ("1:1", "1:1 square"), ("16:9", "16:9 wide"))
TEXTS = ("name", "product", "audience", "goal", "problem", "offer", "cta", "tone", "language", "client_id")
CHOICES = ("format", "platform", "visuals", "tier", "captions", "music")
LINES = ("facts", "do_not_mention")
LISTED = ("keywords", "styles")
FIELDS = frozenset(part.name for part in fields(Brief))
SETS = ("vary", "shapes", "exports", "assets", "footage")


@dataclass(frozen=True)
class Pick:
    """One thing that may be ticked: a file or a piece of footage."""

    key: str
    label: str
    picture: str | None = None


@dataclass(frozen=True)
class BriefForm:
    """The form as it stands. `values` is what was typed, `errors` what is wrong, by field."""

    template: ClassVar[str] = "make/parts/brief_form.html"
    values: Mapping[str, Any]
    action: str
    proof: str
    submit: str
    clients: tuple[Pick, ...]
    campaigns: tuple[Pick, ...]
    assets: tuple[Pick, ...]
    footage: tuple[Pick, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    refining: bool = False
    options: ClassVar[dict[str, Options]] = {
        "format": FORMATS,
        "platform": PLATFORMS,
        "visuals": VISUALS,
        "service": SERVICES,
        "tier": TIERS,
        "music": MOODS,
        "captions": CAPTIONS,
        "vary": ELEMENTS,
        "shapes": SHAPES,
        "exports": tuple((kind, f".{kind}") for kind in get_args(ExportFormat)),
    }

    def wrong(self, values: Mapping[str, Any], errors: Mapping[str, str]) -> "BriefForm":
        """The same form with what was typed and what is wrong with it."""
        return replace(self, values=values, errors=errors)


def fresh_values(**known: str) -> dict[str, Any]:
    """What a new form shows: sensible choices, empty texts."""
    return {**values_of(Brief(name="", product="")), **{k: v for k, v in known.items() if v}}


def values_of(brief: Brief) -> dict[str, Any]:
    """A brief as the form shows it: lists as lines or commas."""
    values = dict(to_json(brief))
    for name in LINES:
        values[name] = "\n".join(values[name])
    for name in LISTED:
        values[name] = ", ".join(values[name])
    return {name: "" if value is None else value for name, value in values.items()}


def values_posted(form: Posted) -> dict[str, Any]:
    """What was typed, as the form shows it again."""
    values: dict[str, Any] = fresh_values()
    for name in (
        *TEXTS,
        *CHOICES,
        *LINES,
        *LISTED,
        "duration",
        "variants",
        "service",
        "voice",
        "campaign_id",
    ):
        if name in form.fields:
            values[name] = form.one(name)
    for name in SETS:
        values[name] = list(form.many(name))
    return values | {"silent": form.has("silent"), "upscale": form.has("upscale")}


def brief_posted(form: Posted, base: Brief | None = None) -> Brief:
    """The brief that a form means. Raises InputError naming the field; `base` fills the rest."""
    values: dict[str, Any] = dict(to_json(base)) if base else {}
    values |= {name: form.one(name) for name in (*TEXTS, *CHOICES) if form.one(name)}
    values |= {name: form.one(name) for name in TEXTS if name in form.fields and name not in _NEEDED}
    values |= {name: list(form.lines(name)) for name in LINES}
    values |= {name: list(form.listed(name)) for name in LISTED}
    values |= {name: list(form.many(name)) for name in SETS}
    values |= {name: _whole(form, name) for name in ("duration", "variants") if name in form.fields}
    values |= {name: form.one(name) or None for name in ("service", "voice", "campaign_id")}
    values |= {"silent": form.has("silent"), "upscale": form.has("upscale")}
    for name in ("name", "product"):
        if not values.get(name):
            raise InputError(f"'{name}' is empty.", fix="Please fill it in.")
    return from_json(Brief, values, called="brief")


_NEEDED = ("language", "client_id", "name", "product")


def _whole(form: Posted, name: str) -> int:
    try:
        return int(form.one(name))
    except ValueError:
        raise InputError(f"'{name}' is not a whole number.", fix="Write it in digits.") from None
