"""KIE's models that are used here and what their inputs are called.

The Veo models have an API of their own with inputs beside the model's name; all others share one. Sound is
ours to make, so models that offer it make none where that can be said.
"""

from kinoloop.vendors.model_shapes import ModelShape

SQUARE_TOO = ("1:1", "16:9", "9:16")
VEO = ModelShape(
    "video",
    lengths=(8,),
    seed="seeds",
    first_seed=10_000,
    seeds=90_000,
    frame="imageUrls",
    frame_as_list=True,
)

SHAPES: dict[str, ModelShape] = {
    "veo3": VEO,
    "veo3_fast": VEO,
    "kling-2.6/text-to-video": ModelShape(
        "video",
        lengths=(5, 10),
        seconds="duration",
        seconds_as_text=True,
        aspects=SQUARE_TOO,
        seed=None,
        always={"sound": False},
    ),
    "kling-2.6/image-to-video": ModelShape(
        "video",
        lengths=(5, 10),
        seconds="duration",
        seconds_as_text=True,
        aspect=None,
        seed=None,
        frame="image_urls",
        frame_as_list=True,
        frame_needed=True,
        always={"sound": False},
    ),
    "wan/2-6-text-to-video": ModelShape(
        "video",
        lengths=(5, 10, 15),
        seconds="duration",
        seconds_as_text=True,
        aspects=SQUARE_TOO,
        seed=None,
        always={"resolution": "1080p"},
    ),
    "wan/2-6-image-to-video": ModelShape(
        "video",
        lengths=(5, 10, 15),
        seconds="duration",
        seconds_as_text=True,
        aspect=None,
        seed=None,
        frame="image_urls",
        frame_as_list=True,
        frame_needed=True,
        always={"resolution": "1080p"},
    ),
    "wan/2-7-image-to-video": ModelShape(
        "video",
        lengths=tuple(range(2, 16)),
        seconds="duration",
        aspect=None,
        negative="negative_prompt",
        frame="first_frame_url",
        frame_needed=True,
        always={"resolution": "1080p", "prompt_extend": False, "watermark": False},
    ),
    "flux-2/pro-text-to-image": ModelShape(
        "image",
        aspects=("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3"),
        seed=None,
        always={"resolution": "1K"},
    ),
    "google/nano-banana": ModelShape(
        "image",
        aspect="image_size",
        aspects=("1:1", "9:16", "16:9", "3:4", "4:3", "3:2", "2:3", "5:4", "4:5", "21:9"),
        seed=None,
        always={"output_format": "png"},
    ),
}


def is_veo(model: str) -> bool:
    """True for the models of the Veo API."""
    return SHAPES.get(model) is VEO
