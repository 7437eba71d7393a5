"""What a reader of the page sees: its words without tags, its links, its pictures."""

import re
from base64 import b64decode
from html import unescape
from html.parser import HTMLParser
from io import BytesIO

from PIL import Image


class Seen(HTMLParser):
    """Text outside of styles, addresses of links, addresses of what is loaded, labels, headings in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._quiet = False
        self._parts: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.labels: list[str] = []
        self.headings: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self._quiet = tag in ("style", "script")
        if tag == "a":
            self.links.append(told.get("href") or "")
        self.loaded += [told[key] or "" for key in ("src", "srcset", "data") if key in told]
        self.loaded += [told.get("href") or ""] if tag in ("link", "use", "image") else []
        self.labels += [told[key] or "" for key in ("alt", "aria-label") if told.get(key)]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        self._quiet = False

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self._parts.append(data)

    @property
    def text(self) -> str:
        """All words, each space single and ordinary, a true minus as a hyphen."""
        plain = unescape(" ".join(self._parts)).replace("\u2212", "-")
        return " ".join(plain.split())

    def pictures(self) -> list[Image.Image]:
        """The photographs, decoded."""
        start = "data:image/jpeg;base64,"
        data = [one.removeprefix(start) for one in self.loaded if one.startswith(start)]
        return [Image.open(BytesIO(b64decode(one))) for one in data]
