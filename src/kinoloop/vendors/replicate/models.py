"""Replicate's models that are used here, by `owner/name`, and what their inputs are called.

From each model's published input schema. Sound is ours to make, so models that would charge for it make none.
"""

from kinoloop.vendors.model_shapes import ModelShape

FLUX_ASPECTS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")

SHAPES: dict[str, ModelShape] = {
    "black-forest-labs/flux-schnell": ModelShape(
        "image", aspects=FLUX_ASPECTS, always={"output_format": "png", "num_outputs": 1}
    ),
    "black-forest-labs/flux-pro": ModelShape("image", aspects=FLUX_ASPECTS, always={"output_format": "png"}),
    "skywork-ai/skyreels-2": ModelShape(
        "video",
        lengths=tuple(range(1, 61)),
        seconds="duration",
        aspects=("16:9", "9:16", "1:1"),
        negative="negative_prompt",
        frame="image_urls",
        frame_as_list=True,
        frame_needed=True,
    ),
    "google/veo-3.1-fast": ModelShape(
        "video",
        lengths=(4, 6, 8),
        seconds="duration",
        negative="negative_prompt",
        frame="image",
        always={"resolution": "1080p", "generate_audio": False},
    ),
    "minimax/hailuo-02": ModelShape(
        "video",
        lengths=(6, 10),
        seconds="duration",
        aspect=None,
        seed=None,
        frame="first_frame_image",
        always={"resolution": "768p", "prompt_optimizer": False},
    ),
    "wan-video/wan-2.2-i2v-fast": ModelShape(
        "video",
        lengths=(5,),
        aspect=None,
        frame="image",
        frame_needed=True,
        always={"num_frames": 81, "frames_per_second": 16, "resolution": "720p"},
    ),
    "wan-video/wan-2.2-t2v-fast": ModelShape(
        "video",
        lengths=(5,),
        always={"num_frames": 81, "frames_per_second": 16, "resolution": "720p"},
    ),
}

SHORT_NAMES = {name.partition("/")[2]: name for name in SHAPES}
"""A price table may call a model by its name alone."""


def full_name(model: str) -> str:
    """`flux-schnell` and `flux-schnell:VERSION` with their owner; other names stay as they are."""
    name, colon, version = model.partition(":")
    return SHORT_NAMES.get(name, name) + colon + version
