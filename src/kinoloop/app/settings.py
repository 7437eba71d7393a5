"""Settings from the environment: `KINOLOOP_*`, and `DATABASE_URL` as everyone knows it."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from kinoloop.core.errors import InputError

Profile = Literal["development", "production"]


def _named(*names: str) -> Any:
    """A secret that goes by the name its vendor gives it."""
    return Field(default=None, validation_alias=AliasChoices(*names))


class Settings(BaseSettings):
    """Everything a person may choose. Paths are made absolute; secrets never print."""

    model_config = SettingsConfigDict(env_prefix="KINOLOOP_", extra="ignore", populate_by_name=True)

    home: Path = Path("data")
    """Where the database, uploads and finished files live."""
    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("KINOLOOP_DATABASE_URL", "DATABASE_URL", "database_url")
    )
    profile: Profile = "development"
    sample: bool = False
    """This house holds a sample, and every page says so. Set by the demo."""
    token: SecretStr | None = None
    """Bearer token of the HTTP API; when unset one is made and kept in the home folder."""
    media_roots: Annotated[tuple[Path, ...], NoDecode] = ()
    """Folders whose files may be ingested by path over HTTP, separated by `:`; see `roots`."""
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Host names the web face answers to beside loopback, separated by commas."""
    upload_limit_mb: int = Field(default=2048, gt=0)
    secure_cookies: bool = False
    clip_weights: Path | None = None
    """Folder with `clip_visual.onnx`: turns on the CLIP embedding."""
    whisper_weights: Path | None = None
    """Folder of a faster-whisper model: turns on transcription."""
    llm: str | None = None
    """Language models in the order they are asked, as `anthropic:MODEL,google:MODEL,openai:MODEL`."""
    llm_url: str | None = None
    """An OpenAI-compatible endpoint of your own, asked last."""
    llm_key: SecretStr | None = None
    llm_model: str | None = None
    anthropic_key: SecretStr | None = _named("ANTHROPIC_API_KEY")
    google_key: SecretStr | None = _named("GOOGLE_API_KEY")
    openai_key: SecretStr | None = _named("OPENAI_API_KEY")
    anthropic_url: str | None = None
    gemini_url: str | None = None
    openai_url: str | None = None
    replicate_key: SecretStr | None = _named("REPLICATE_API_KEY", "REPLICATE_API_TOKEN")
    replicate_url: str = "https://api.replicate.com"
    replicate_webhook_secret: SecretStr | None = _named("REPLICATE_WEBHOOK_SECRET")
    replicate_image_model: str = Field(
        default="black-forest-labs/flux-schnell", validation_alias=AliasChoices("REPLICATE_STORYBOARD_MODEL")
    )
    replicate_video_model: str = Field(
        default="skyreels-2", validation_alias=AliasChoices("REPLICATE_VIDEO_MODEL")
    )
    kie_key: SecretStr | None = _named("KIE_API_KEY")
    kie_url: str = "https://api.kie.ai"
    kie_webhook_secret: SecretStr | None = _named("KIE_WEBHOOK_SECRET")
    kie_draft_model: str = "veo3_fast"
    kie_final_model: str = "veo3"
    elevenlabs_key: SecretStr | None = _named("ELEVENLABS_API_KEY")
    elevenlabs_url: str = "https://api.elevenlabs.io"
    voice: Literal["embedded", "openai", "elevenlabs"] = "embedded"
    """Who says the lines; `embedded` is a synthetic placeholder that needs no key."""
    voice_name: str | None = None
    """The voice of that vendor."""
    tenant: str = Field(default="main", min_length=1, max_length=64)
    """Whose ads, deals and clicks these are; several houses may share a database under different names."""
    meta_token: SecretStr | None = _named("META_ACCESS_TOKEN")
    meta_app_secret: SecretStr | None = _named("META_APP_SECRET")
    """With it every call carries Meta's proof that the token is used by its own app."""
    meta_accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias=AliasChoices("META_AD_ACCOUNT_ID", "meta_accounts")
    )
    """Ad accounts to mirror, separated by commas, as `act_123`."""
    meta_url: str = "https://graph.facebook.com"
    meta_version: str = Field(default="v26.0", pattern=r"^v\d+\.\d+$")
    hubspot_token: SecretStr | None = _named("HUBSPOT_ACCESS_TOKEN")
    hubspot_client_secrets: SecretStr | None = _named("HUBSPOT_CLIENT_SECRET")
    """What HubSpot signs its webhooks with; several separated by commas while one is being replaced."""
    hubspot_portals: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias=AliasChoices("HUBSPOT_PORTAL_ID", "hubspot_portals")
    )
    """Portals whose webhooks are ours, separated by commas."""
    hubspot_url: str = "https://api.hubapi.com"
    landing_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Sites that a click on an ad may be led to, separated by commas."""
    public_url: str | None = None
    """Where services can reach this server with callbacks; without it they are only asked."""
    result_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Further hosts that results may be fetched from, separated by commas."""
    prices: Path | None = None
    """A price file of your own, in place of the packaged one."""
    budget_soft: Decimal = Decimal(100)
    """Dollars per UTC day: from here on there is an alert."""
    budget_hard: Decimal = Decimal(150)
    """Dollars per UTC day: beyond it new jobs pause."""
    short_side: int = Field(default=1080, ge=180, le=2160)
    """Pixels of the shorter side of finished films."""
    encoder: str = "libx264"
    encoder_preset: str = "veryfast"
    encoder_quality: int = Field(default=20, ge=0, le=63)
    media_memory_mb: int = Field(default=3072, ge=256)
    """Address space of the process that decodes one untrusted file."""
    lease_seconds: float = Field(default=30, gt=0)
    """A worker that gave no sign of life for so long is taken to be dead, and its runs are taken over."""
    media_seconds: int = Field(default=3600, ge=1)
    """Wall time after which that process is ended."""

    @field_validator("media_roots", mode="before")
    @classmethod
    def _split_paths(cls, value: object) -> object:
        return tuple(Path(part) for part in value.split(":") if part) if isinstance(value, str) else value

    @field_validator(
        "hosts", "result_hosts", "meta_accounts", "hubspot_portals", "landing_hosts", mode="before"
    )
    @classmethod
    def _split_names(cls, value: object) -> object:
        return tuple(p.strip() for p in value.split(",") if p.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _answer_to_public_name(self) -> "Settings":
        """Callbacks come to the public address, so its name is one that the web face answers to."""
        name = urlsplit(self.public_url or "").hostname
        if name and name not in self.hosts:
            self.hosts = (*self.hosts, name)
        return self

    @property
    def roots(self) -> tuple[Path, ...]:
        """Folders that HTTP callers may name: those set, else the one Kinoloop was started in."""
        return self.media_roots or (Path.cwd(),)

    @property
    def url(self) -> str:
        """The database URL; SQLite in the home folder unless told otherwise."""
        if self.database_url is not None and self.database_url.get_secret_value():
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.resolve() / 'kinoloop.db'}"


MEDIA = (
    "clip_weights",
    "whisper_weights",
    "short_side",
    "encoder",
    "encoder_preset",
    "encoder_quality",
    "media_memory_mb",
    "media_seconds",
)
"""How films are made on this machine: what a sample takes over from a person's settings."""


class _Unread(Settings):
    """The same, but nothing comes from the environment: no key, database or account of a person gets in."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def sample_settings(person: Settings, **told: Any) -> Settings:
    """Settings of a sample: those told, the person's choices of how media are made, defaults for the rest."""
    return _Unread(**{name: getattr(person, name) for name in MEDIA}, **told)


def read_settings(**overrides: object) -> Settings:
    """Settings from the environment. Raises InputError naming the variable that is wrong."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values itself
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise InputError(
            f"The setting {name} is not usable.", why=first["msg"], fix="Correct it in the environment."
        ) from error
