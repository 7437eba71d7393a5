"""What works here: each part passed, degraded (something is less than it could be) or blocked."""

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import av
from av.codec import Codec

from kinoloop.app.settings import Settings
from kinoloop.app.tools import open_database
from kinoloop.core.errors import KinoloopError
from kinoloop.store.migrate import status

Verdict = Literal["passed", "degraded", "blocked"]
LOW_DISK_GB = 2


@dataclass(frozen=True)
class Part:
    """One part of the product, whether it works, and how to mend it."""

    name: str
    verdict: Verdict
    detail: str
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def checks(settings: Settings) -> tuple[Part, ...]:
    """Every part, in the order a person meets them. A check that breaks is a blocked part."""
    return tuple(_safely(name, check, settings) for name, check in _CHECKS)


def worst(parts: tuple[Part, ...]) -> Verdict:
    verdicts = {part.verdict for part in parts}
    return "blocked" if "blocked" in verdicts else "degraded" if "degraded" in verdicts else "passed"


def _safely(name: str, check: "Check", settings: Settings) -> Part:
    try:
        verdict, detail, mend = check(settings)
    except KinoloopError as error:
        return Part(name, "blocked", f"{error.what} {error.why}".strip(), error.fix)
    except Exception as error:  # a broken part must not hide the others
        return Part(
            name, "blocked", f"{type(error).__name__}: {error}", "Run it again; report it if it stays."
        )
    return Part(name, verdict, detail, mend)


Result = tuple[Verdict, str, str]
Check = Callable[[Settings], Result]


def _media(_: Settings) -> Result:
    missing = [name for name in ("h264", "hevc", "vp9", "aac", "opus") if not _can(name, "r")]
    if missing:
        return (
            "degraded",
            f"PyAV {av.__version__} cannot read {', '.join(missing)}",
            "Install the PyAV wheel.",
        )
    return "passed", f"PyAV {av.__version__} reads and writes in process", ""


def _can(codec: str, mode: Literal["r", "w"]) -> bool:
    try:
        Codec(codec, mode)
    except ValueError:
        return False
    return True


def _encoder(settings: Settings) -> Result:
    if not _can(settings.encoder, "w"):
        return (
            "blocked",
            f"the encoder {settings.encoder} is not in this build",
            "Set KINOLOOP_ENCODER=libx264 or another that the build has.",
        )
    return "passed", f"{settings.encoder}, preset {settings.encoder_preset}", ""


def _faces(_: Settings) -> Result:
    if importlib.util.find_spec("cv2") is None:
        return "degraded", "no face detector: crops follow motion", "pip install 'opencv-python-headless<5'"
    return "passed", "OpenCV cascades keep faces in the crop", ""


def _speech(_: Settings) -> Result:
    if importlib.util.find_spec("silero_vad") is None:
        return "degraded", "no speech detector: speech is not known", "pip install --no-deps silero-vad"
    return "passed", "Silero VAD finds speech", ""


def _transcriber(settings: Settings) -> Result:
    if settings.whisper_weights is None:
        return (
            "degraded",
            "no transcriber: captions only where a transcript (.srt, .vtt, .json) lies beside the file",
            "pip install 'kinoloop[transcribe]' and set KINOLOOP_WHISPER_WEIGHTS to a model folder.",
        )
    if not settings.whisper_weights.is_dir():
        return "blocked", f"{settings.whisper_weights} is no folder", "Correct KINOLOOP_WHISPER_WEIGHTS."
    if importlib.util.find_spec("faster_whisper") is None:
        return "blocked", "faster-whisper is not installed", "pip install 'kinoloop[transcribe]'"
    return "passed", f"faster-whisper from {settings.whisper_weights}", ""


def _embedding(settings: Settings) -> Result:
    if settings.clip_weights is None:
        return "degraded", "look-alike search only (look-v1): no meaning", "Set KINOLOOP_CLIP_WEIGHTS."
    if not (settings.clip_weights / "clip_visual.onnx").is_file():
        return "blocked", f"no clip_visual.onnx in {settings.clip_weights}", "Correct KINOLOOP_CLIP_WEIGHTS."
    return "passed", f"CLIP from {settings.clip_weights}", ""


def _language_model(settings: Settings) -> Result:
    if not settings.llm_url:
        return "degraded", "no language model: moments are chosen by evidence alone", "Set KINOLOOP_LLM_URL."
    return "passed", f"{settings.llm_model or 'default model'} at {settings.llm_url}", ""


def _ads(settings: Settings) -> Result:
    if settings.meta_token is None:
        mend = "Set META_ACCESS_TOKEN and META_AD_ACCOUNT_ID, or try it with `kinoloop sandbox`."
        return "degraded", "no ad account: nothing is read from or changed at Meta", mend
    if not settings.meta_accounts:
        return "degraded", "a key, but no account is named", "Set META_AD_ACCOUNT_ID."
    return "passed", f"Meta {settings.meta_version}: {', '.join(settings.meta_accounts)}", ""


def _deals(settings: Settings) -> Result:
    if settings.hubspot_token is None:
        return "degraded", "no CRM: deals are not read", "Set HUBSPOT_ACCESS_TOKEN and HUBSPOT_PORTAL_ID."
    if settings.hubspot_client_secrets is None or not settings.public_url:
        mend = "Set HUBSPOT_CLIENT_SECRET and KINOLOOP_PUBLIC_URL."
        return "degraded", "deals are read every hour, but webhooks cannot be proven", mend
    named = ", ".join(settings.hubspot_portals) or "none named"
    return "passed", f"HubSpot, portals: {named}; webhooks are taken", ""


def _download(_: Settings) -> Result:
    if importlib.util.find_spec("yt_dlp") is None:
        return "degraded", "links to video pages cannot be fetched", "pip install 'kinoloop[download]'"
    return "passed", "yt-dlp behind the address guard", ""


def _database(settings: Settings) -> Result:
    database = open_database(settings)
    try:
        state = status(database)
    finally:
        database.close()
    if not state.applied:
        return "passed", f"{database.label} is new: its tables are made at the first command", ""
    if state.pending:
        return "degraded", f"{len(state.pending)} migrations wait", "kinoloop db migrate"
    return "passed", f"{database.label}, {len(state.applied)} migrations applied", ""


def _disk(settings: Settings) -> Result:
    settings.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.home).free / 1e9
    if free < LOW_DISK_GB:
        return "degraded", f"{free:.1f} GB free", f"Free some space under {settings.home}."
    return "passed", f"{free:.0f} GB free under {settings.home}", ""


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("database", _database),
    ("disk", _disk),
    ("media", _media),
    ("encoder", _encoder),
    ("faces", _faces),
    ("speech", _speech),
    ("transcripts", _transcriber),
    ("embedding", _embedding),
    ("language model", _language_model),
    ("downloads", _download),
    ("ads", _ads),
    ("deals", _deals),
)
