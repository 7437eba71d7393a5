"""The models on offer: what each takes, how long it works, and what it is billed as."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from kinoloop.sandbox.forms import Field, Form

VEO_SECONDS = 8
_ASPECTS = ("1:1", "16:9", "9:16")


@dataclass(frozen=True)
class Card:
    """One model of the job endpoint. `work` and `queue` are seconds at the real vendor."""

    name: str
    form: Form = field(hash=False)
    work: float = 120
    queue: float = 10
    kind: Literal["image", "video"] = "video"

    def quantity(self, given: Mapping[str, Any]) -> Decimal:
        """Seconds of a film, or one image."""
        return Decimal(given.get("duration", 5)) if self.kind == "video" else Decimal(1)


def _kling(**more: Field) -> Form:
    return {
        "prompt": Field("string", required=True, least=1, most=1000),
        "sound": Field("boolean", required=True),
        "duration": Field("string", required=True, choices=("5", "10")),
        **more,
    }


def _wan(**more: Field) -> Form:
    return {
        "prompt": Field("string", required=True, least=1, most=5000),
        "duration": Field("string", choices=("5", "10", "15"), default="5"),
        "resolution": Field("string", choices=("720p", "1080p"), default="1080p"),
        "multi_shots": Field("boolean", default=False),
        **more,
    }


_ASPECT = Field("string", required=True, choices=_ASPECTS)
_WAN_7: Form = {
    "prompt": Field("string", required=True, least=1, most=5000),
    "negative_prompt": Field("string", most=500),
    "first_frame_url": Field("string", required=True),
    "last_frame_url": Field("string"),
    "duration": Field("integer", least=2, most=15, default=5),
    "resolution": Field("string", choices=("720p", "1080p"), default="1080p"),
    "prompt_extend": Field("boolean", default=True),
    "watermark": Field("boolean", default=False),
    "seed": Field("integer", least=0, most=2**31 - 1),
}
_PICTURE_ASPECTS = ("1:1", "9:16", "16:9", "3:4", "4:3", "3:2", "2:3", "5:4", "4:5", "21:9")
_FLUX: Form = {
    "prompt": Field("string", required=True, least=3, most=5000),
    "aspect_ratio": Field("string", required=True, choices=(*_PICTURE_ASPECTS[:7], "auto")),
    "resolution": Field("string", required=True, choices=("1K", "2K")),
}
_BANANA: Form = {
    "prompt": Field("string", required=True, least=1, most=5000),
    "image_size": Field("string", choices=(*_PICTURE_ASPECTS, "auto"), default="1:1"),
    "output_format": Field("string", choices=("png", "jpeg"), default="png"),
}
_IMAGE = Field("strings", required=True, least=1, most=1)

CARDS = {
    card.name: card
    for card in (
        Card("kling-2.6/text-to-video", _kling(aspect_ratio=_ASPECT)),
        Card("kling-2.6/image-to-video", _kling(image_urls=_IMAGE)),
        Card("wan/2-6-text-to-video", _wan(aspect_ratio=Field("string", choices=_ASPECTS, default="16:9"))),
        Card("wan/2-6-image-to-video", _wan(image_urls=_IMAGE)),
        Card("wan/2-7-image-to-video", _WAN_7),
        Card("flux-2/pro-text-to-image", _FLUX, work=20, queue=3, kind="image"),
        Card("google/nano-banana", _BANANA, work=12, queue=3, kind="image"),
    )
}

VEO_MODELS = ("veo3", "veo3_fast")
VEO_WORK = {"veo3": 180.0, "veo3_fast": 120.0}
VEO_FORM: Form = {
    "prompt": Field("string", required=True, least=1, most=5000),
    "model": Field("string", choices=VEO_MODELS, default="veo3_fast"),
    "imageUrls": Field("strings", most=3),
    "generationType": Field(
        "string", choices=("TEXT_2_VIDEO", "FIRST_AND_LAST_FRAMES_2_VIDEO", "REFERENCE_2_VIDEO")
    ),
    "aspect_ratio": Field("string", choices=("16:9", "9:16", "Auto")),
    "aspectRatio": Field("string", choices=("16:9", "9:16", "Auto")),
    "seeds": Field("integer", least=10_000, most=99_999),
    "callBackUrl": Field("string"),
    "enableTranslation": Field("boolean", default=True),
    "enableFallback": Field("boolean", default=False),
    "watermark": Field("string"),
}
