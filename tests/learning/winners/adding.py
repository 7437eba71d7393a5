"""A process that changes winners and saves their index until it is killed. Arguments: URL, folder, seed."""

import sys
from pathlib import Path

import numpy as np

from kinoloop.learning.winners import operations
from kinoloop.learning.winners.library import Library
from kinoloop.learning.winners.records import Winner
from kinoloop.store.session import connect
from tests.learning.winners.makers import directions
from tests.store.catalogue import NOON


def main(url: str, folder: str, seed: str) -> None:
    """One line to stdout after each round, so that the killer knows that work goes on."""
    database, library = connect(url, profile="test"), Library(Path(folder))
    rng = np.random.default_rng(int(seed))
    while True:
        for vector in directions(rng, 3):
            ad_id = f"ad-{rng.integers(40):02d}"
            winner = Winner("main", ad_id, "told", "because", "given", vector)
            with database.begin() as connection:
                operations.add_winner(connection, winner, now=NOON)
            if rng.random() < 0.2:
                with database.begin() as connection:
                    operations.remove_winner(connection, "main", ad_id, who="ada", now=NOON)
        with database.read() as connection:
            library.save(connection, "main", "given", always=True)
        print("saved", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
