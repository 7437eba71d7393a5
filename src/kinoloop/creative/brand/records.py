"""What a client stands for, and what may not be said or shown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """Guidelines of one client. Colours are `#rrggbb`; `logo` is a path the blob store knows, or None."""

    client_id: str = "house"
    name: str = ""
    voice: str = ""
    visual_style: str = ""
    palette: tuple[str, ...] = ()
    logo: str | None = None
    forbidden_elements: tuple[str, ...] = ()
    key_messages: tuple[str, ...] = ()
    do_not_mention: tuple[str, ...] = ()
