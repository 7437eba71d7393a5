"""HubSpot's webhook sender: gathers events, batches and shuffles them, repeats some, tries again for a day.

What it decides is drawn from the world's seed: the same changes at the same instants make the same posts.
The waiting is on the world's clock; the posting is on threads that end when nothing is left to post.
"""

import threading
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urlsplit

from kinoloop.core.errors import InputError
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.hubspot.account import Account
from kinoloop.sandbox.hubspot.batching import Terms, lie, split
from kinoloop.sandbox.hubspot.deliveries import Attempt, Delivery, Told, post
from kinoloop.sandbox.hubspot.records import Change
from kinoloop.sandbox.hubspot.subscriptions import subscription, worded
from kinoloop.sandbox.hubspot.words import millis
from kinoloop.sandbox.post import on_loopback
from kinoloop.sandbox.world import World

LATE = 90.0
"""Seconds at the real vendor until a late copy of an event goes out."""
_RECENT = 50


class Sender:
    """`deliveries` is the journal of everything sent since the start or the last reset."""

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self._busy = 0
        self.forget()
        world.on_reset(self.forget)

    def forget(self) -> None:
        self.terms: Terms | None = None
        self.deliveries: list[Delivery] = []
        self._gathered: list[Told] = []
        self._planned = False
        self._held: list[Delivery] = []
        self._outbox: deque[Delivery] = deque()
        self._numbers, self._rounds = count(1), count(1)
        self._ids = Random(f"{self.world.seed}:events")
        self._recent: deque[int] = deque(maxlen=_RECENT)

    def subscribe(self, url: str, types: Sequence[str], **terms: Any) -> Terms:
        """Send these events there from now on, in place of all before. Raises InputError."""
        if not (on_loopback(url) and _has_good_port(url)):
            raise InputError(
                "The sandbox calls nothing but loopback.", fix="Use an http://127.0.0.1 address."
            )
        wanted = tuple(subscription(text, number) for number, text in enumerate(types))
        with self.world.lock:
            self.terms = Terms(url, wanted, **terms)
            return self.terms

    def unsubscribe(self) -> None:
        """Nothing more is gathered; what was gathered still goes out."""
        with self.world.lock:
            if self.terms is not None:
                self.subscribe(self.terms.url, ())

    def hear(self, change: Change) -> None:
        """A record has changed. Callers hold the world's lock."""
        if self.terms is None:
            return
        heard = [each for each in self.terms.subscriptions if each.hears(change)]
        for each in heard:
            self._gathered.append(Told(worded(each, change, self.account, self._event_id(self.terms))))
        if heard:
            self._plan()

    def redeliver(self, delivery_id: str | None = None) -> list[str]:
        """Send a delivery's events once more, or those of all, as at first. Gives the new ids."""
        with self.world.lock:
            chosen = [each for each in self.deliveries if delivery_id in (None, each.id)]
            made = [self._delivery(each.url, each.events, of=each.id) for each in chosen]
            for each in made:
                self._send(each)
            return [each.id for each in made]

    def idle(self, seconds: float = 5.0) -> bool:
        """Wait until nothing is being posted; what waits for its time does not count."""
        return self.world.wait_for(lambda: not self._outbox and not self._busy, seconds)

    # Gathering and batching --------------------------------------------------------------------------

    def _event_id(self, terms: Terms) -> int:
        """Mostly a new one; now and then one that another event has had."""
        if self._recent and self._ids.random() < terms.reused_ids:
            return self._ids.choice(list(self._recent))
        made = self._ids.randrange(10**8, 2**32)
        self._recent.append(made)
        return made

    def _plan(self) -> None:
        if not self._planned and self.terms is not None:
            self._planned = True
            self._later(self.terms.gather, self._round)

    def _later(self, seconds: float, work: Any) -> None:
        self.world.schedule(self.world.now() + timedelta(seconds=seconds / self.world.speed), work)

    def _round(self) -> None:
        """Make deliveries of all that was gathered."""
        self._planned = False
        terms, gathered = self.terms, self._gathered
        self._gathered = []
        if terms is None or not gathered:
            return
        random = Random(f"{self.world.seed}:round:{next(self._rounds)}")
        events = [told.event for told in self._copied(terms, gathered, random)]
        if terms.shuffle:
            random.shuffle(events)
        for batch in split(events, terms, random):
            self._strike(self._delivery(terms.url, batch))

    def _copied(self, terms: Terms, gathered: list[Told], random: Random) -> list[Told]:
        """With copies of some: half of them now, half of them later."""
        now = list(gathered)
        for told in gathered:
            if not told.copy and random.random() < terms.duplicates:
                copy = Told(told.event, copy=True)
                if random.random() < 0.5:
                    now.append(copy)
                else:
                    self._later(LATE * random.uniform(0.5, 1.5), partial(self._rejoin, copy))
        return now

    def _rejoin(self, copy: Told) -> None:
        self._gathered.append(copy)
        self._plan()

    def _delivery(self, url: str, events: Sequence[dict[str, Any]], of: str | None = None) -> Delivery:
        made = Delivery(f"wh_{next(self._numbers)}", url, tuple(events), self.world.now(), of=of)
        self.deliveries.append(made)
        return made

    def _strike(self, delivery: Delivery) -> None:
        """Send it, as the planned faults will have it."""
        struck = self.world.faults.strike("webhook", "hubspot", "POST", "/webhook")
        if any(fault.lose for fault in struck):
            delivery.state = "lost"
            return
        delivery.forged = any(fault.forge for fault in struck)
        delivery.skew = timedelta(seconds=sum(fault.clock_skew for fault in struck))
        if any(fault.lie for fault in struck):
            delivery.events = tuple(lie(event) for event in delivery.events)
        late, self._held = self._held, []
        if any(fault.reorder for fault in struck):
            delivery.state = "held"
            self._held = [*late, delivery]
            return
        for each in [delivery, *self._repeated(delivery, struck), *late]:
            self._send(each)

    def _repeated(self, delivery: Delivery, struck: Sequence[Fault]) -> list[Delivery]:
        copies = sum(fault.duplicate for fault in struck)
        return [self._delivery(delivery.url, delivery.events, of=delivery.id) for _ in range(copies)]

    # Posting -----------------------------------------------------------------------------------------

    def _send(self, delivery: Delivery) -> None:
        delivery.state = "waiting"
        self._outbox.append(delivery)
        concurrency = self.terms.concurrency if self.terms is not None else 1
        if self._busy < concurrency:
            self._busy += 1
            threading.Thread(target=self._carry, name="sandbox-hubspot-post", daemon=True).start()

    def _carry(self) -> None:
        """One line to the receiver: posts what waits, and hangs up when nothing does."""
        while True:
            with self.world.lock:
                if not self._outbox:
                    self._busy -= 1
                    self.world.changed.notify_all()
                    return
                delivery = self._outbox.popleft()
                body = delivery.body(self.world.seed)
                patience = self.terms.patience if self.terms is not None else Terms.patience
                stamped = millis(self.world.clock.base.now() + delivery.skew)
            secret = "forged" if delivery.forged else self.account.client_secret
            answer = post(delivery.url, body, secret, stamped, patience)
            with self.world.lock:
                self._settle(delivery, stamped, answer)

    def _settle(self, delivery: Delivery, stamped: int, answer: int | str) -> None:
        attempt = Attempt(len(delivery.attempts), self.world.now(), stamped, answer)
        delivery.attempts.append(attempt)
        if attempt.good:
            delivery.state = "delivered"
            return
        wait = delivery.wait(self.world.seed)
        if wait is None:
            delivery.state = "given_up"
        elif any(delivery is each for each in self.deliveries):
            self._later(wait, partial(self._send, delivery))


def _has_good_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
