"""Pictures inside the page: upright, small enough, the same each time."""

import random
from dataclasses import replace
from pathlib import Path

from PIL import Image

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report.pictures import ROOM, pictures_of


def noise(path: Path, wide: int, high: int) -> Path:
    """A picture that cannot be made small by its contents."""
    Image.frombytes("RGB", (wide, high), random.Random(3).randbytes(wide * high * 3)).save(path)
    return path


def test_scaled_down_and_never_up(report: DemoReport, tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    Image.new("RGBA", (90, 160), (200, 10, 10, 0)).save(small)
    made = replace(report.made, films=(replace(report.made.films[0], poster=small), *report.made.films[1:]))
    found = pictures_of(made)
    assert (found.posters["var_A"].wide, found.posters["var_A"].high) == (90, 160)
    assert (found.posters["var_B"].wide, found.posters["var_B"].high) == (440, 782)
    assert found.storyboard is not None and found.storyboard.wide == 1_280
    assert found == pictures_of(made)


def test_large_pictures_are_made_coarser_until_they_fit(report: DemoReport, tmp_path: Path) -> None:
    made = replace(
        report.made,
        clip_sheet=noise(tmp_path / "n1.png", 1_280, 1_400),
        storyboard=noise(tmp_path / "n2.png", 1_280, 1_400),
    )
    found = pictures_of(made)
    assert found.clip_sheet is not None and found.storyboard is not None
    shown = [*found.posters.values(), found.clip_sheet, found.storyboard]
    assert sum(len(one.address) for one in shown) <= ROOM and found.clip_sheet.wide < 1_280


def test_the_coarsest_try_stands(report: DemoReport) -> None:
    found = pictures_of(report.made, room=1)
    assert found.posters["var_A"].wide == 44 and len(found.posters) == 3
