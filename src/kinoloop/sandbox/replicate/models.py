"""The models on offer: what each takes, how long it works, and how it is billed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, Literal

from kinoloop.sandbox.forms import Field, Form

Billing = Literal["image", "second", "video", "run_second"]
_IMAGE_ASPECTS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
_FILM_ASPECTS = ("16:9", "9:16", "1:1")
_SEED = Field("integer", least=0, most=2**32 - 1)
_PROMPT = Field("string", required=True, least=1, most=10_000)
_PICTURE = {
    "prompt": _PROMPT,
    "aspect_ratio": Field("string", choices=_IMAGE_ASPECTS, default="1:1"),
    "output_quality": Field("integer", least=0, most=100, default=80),
    "seed": _SEED,
}


_WAN = {
    "prompt": _PROMPT,
    "num_frames": Field("integer", least=81, most=121, default=81),
    "frames_per_second": Field("integer", least=5, most=30, default=16),
    "resolution": Field("string", choices=("480p", "720p"), default="480p"),
    "go_fast": Field("boolean", default=True),
    "seed": _SEED,
}
_WAN_ASPECT = Field("string", choices=("16:9", "9:16"), default="16:9")


@dataclass(frozen=True)
class Card:
    """One model. `work` and `cold` are seconds at the real vendor; `official` models need no version.

    Official models are billed per output and only for what came out; the others for the time they ran.
    """

    owner: str
    name: str
    kind: Literal["image", "video"]
    billing: Billing
    work: float
    cold: float
    form: Form = field(hash=False)
    official: bool = True

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def version(self) -> str:
        """64 hexadecimal digits, as a version id has."""
        return sha256(f"sandbox:{self.full_name}".encode()).hexdigest()

    def images(self, given: Mapping[str, Any]) -> int:
        return int(given.get("num_outputs", 1)) if self.kind == "image" else 0

    def seconds(self, given: Mapping[str, Any]) -> Fraction:
        """How long the film will be."""
        if "num_frames" in self.form:
            return Fraction(given["num_frames"], given["frames_per_second"])
        return Fraction(given.get("duration", 5)) if self.kind == "video" else Fraction(0)

    def quantity(self, given: Mapping[str, Any], seconds_run: float) -> Decimal:
        """Units to bill for one whole output, or for the time run."""
        counts: dict[Billing, Decimal] = {
            "image": Decimal(self.images(given)),
            "second": Decimal(round(self.seconds(given))),
            "video": Decimal(1),
            "run_second": Decimal(str(round(seconds_run, 6))),
        }
        return counts[self.billing]


CARDS = (
    Card(
        "black-forest-labs",
        "flux-schnell",
        "image",
        "image",
        work=8,
        cold=2,
        form={
            **_PICTURE,
            "num_outputs": Field("integer", least=1, most=4, default=1),
            "num_inference_steps": Field("integer", least=1, most=4, default=4),
            "output_format": Field("string", choices=("webp", "jpg", "png"), default="webp"),
            "megapixels": Field("string", choices=("1", "0.25"), default="1"),
            "go_fast": Field("boolean", default=True),
            "disable_safety_checker": Field("boolean", default=False),
        },
    ),
    Card(
        "black-forest-labs",
        "flux-pro",
        "image",
        "image",
        work=15,
        cold=2,
        form={
            **_PICTURE,
            "width": Field("integer", least=256, most=1440),
            "height": Field("integer", least=256, most=1440),
            "steps": Field("integer", least=1, most=50, default=25),
            "guidance": Field("number", least=2, most=5, default=3),
            "interval": Field("number", least=1, most=4, default=2),
            "image_prompt": Field("string"),
            "output_format": Field("string", choices=("webp", "jpg", "png"), default="webp"),
            "safety_tolerance": Field("integer", least=1, most=6, default=2),
            "prompt_upsampling": Field("boolean", default=False),
        },
    ),
    Card(
        "skywork-ai",
        "skyreels-2",
        "video",
        "second",
        work=45,
        cold=5,
        form={
            "prompt": _PROMPT,
            "negative_prompt": Field("string", most=10_000),
            "image_urls": Field("strings", required=True, least=1, most=8),
            "duration": Field("integer", least=1, most=60, default=5),
            "aspect_ratio": Field("string", choices=_FILM_ASPECTS, default="16:9"),
            "seed": _SEED,
        },
    ),
    Card(
        "google",
        "veo-3.1-fast",
        "video",
        "second",
        work=60,
        cold=5,
        form={
            "prompt": _PROMPT,
            "negative_prompt": Field("string", most=10_000),
            "image": Field("string"),
            "last_frame": Field("string"),
            "duration": Field("integer", choices=(4, 6, 8), default=8),
            "resolution": Field("string", choices=("720p", "1080p"), default="1080p"),
            "aspect_ratio": Field("string", choices=("16:9", "9:16"), default="16:9"),
            "generate_audio": Field("boolean", default=True),
            "seed": _SEED,
        },
    ),
    Card(
        "minimax",
        "hailuo-02",
        "video",
        "second",
        work=90,
        cold=5,
        form={
            "prompt": _PROMPT,
            "first_frame_image": Field("string"),
            "last_frame_image": Field("string"),
            "duration": Field("integer", choices=(6, 10), default=6),
            "resolution": Field("string", choices=("512p", "768p", "1080p"), default="1080p"),
            "prompt_optimizer": Field("boolean", default=True),
        },
    ),
    Card("wan-video", "wan-2.2-t2v-fast", "video", "video", 40, 3, {**_WAN, "aspect_ratio": _WAN_ASPECT}),
    Card(
        "wan-video",
        "wan-2.2-i2v-fast",
        "video",
        "video",
        work=40,
        cold=3,
        form={**_WAN, "image": Field("string", required=True), "last_image": Field("string")},
    ),
    Card(
        "topazlabs",
        "video-upscale",
        "video",
        "video",
        work=90,
        cold=5,
        form={
            "video": Field("string", required=True),
            "target_resolution": Field("string", choices=("720p", "1080p", "4k"), default="1080p"),
            "target_fps": Field("integer", least=15, most=60, default=30),
        },
    ),
    Card(
        "kinoloop-lab",
        "slow-pan",
        "video",
        "run_second",
        work=30,
        cold=20,
        official=False,
        form={
            "prompt": _PROMPT,
            "duration": Field("integer", least=1, most=30, default=4),
            "aspect_ratio": Field("string", choices=_FILM_ASPECTS, default="9:16"),
            "seed": _SEED,
        },
    ),
)


def card_named(full_name: str) -> Card | None:
    return next((card for card in CARDS if card.full_name == full_name), None)


def card_of_version(version: str) -> Card | None:
    """By 64 digits, by `owner/name:digits`, or, for official models only, by `owner/name`."""
    name, _, digits = version.rpartition(":")
    card = next((card for card in CARDS if card.version == digits), None)
    if card is not None:
        return card if name in ("", card.full_name) else None
    card = card_named(version)
    return card if card is not None and card.official else None
