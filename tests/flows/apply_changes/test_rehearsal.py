"""What would happen, told without a trace: nothing claimed, nothing audited, nothing changed."""

from kinoloop.core.errors import PassingError
from kinoloop.flows.apply_changes.rehearsal import rehearse
from tests.flows.apply_changes.conftest import WORKER, House


def test_each_due_change_is_judged_and_validated_and_nothing_is_kept(house: House) -> None:
    fine = house.ordered("c1s1", "budget", 5500)
    steep = house.ordered("c1s2", "budget", 9000)
    before = [house.now(change) for change in (fine, steep)]
    told = {report.change.entity_id: report for report in rehearse(house.executor())}
    assert (told["c1s1"].ending, told["c1s2"].ending) == ("validated", "blocked")
    assert "dry run" in told["c1s1"].why and told["c1s2"].why
    assert house.platform.applied() == [] and [each.dry for each in house.platform.journal if each.value] == [
        True
    ]
    assert [house.now(change) for change in (fine, steep)] == before
    assert house.audit(fine) == house.audit(steep) == ()
    assert house.executor(batch=50).once(WORKER) == 2


def test_what_the_platform_would_refuse_or_cannot_say(house: House) -> None:
    house.ordered("c1s1", "budget", 5500)
    house.platform.writes += ["refused", "cut before"]
    assert [report.ending for report in rehearse(house.executor())] == ["refused"]
    assert [report.ending for report in rehearse(house.executor())] == ["not taken"]
    house.platform.looks.append(PassingError("Away."))
    assert [report.ending for report in rehearse(house.executor())] == ["not taken"]


def test_what_was_sent_before_is_only_named(house: House) -> None:
    change = house.ordered("c1s1", "budget", 5500)
    house.platform.writes.append("cut after")
    house.executor().once(WORKER)
    until = house.now(change).lease_until
    assert until is not None
    house.clock.at = until
    (report,) = rehearse(house.executor())
    assert report.ending == "unknown" and "reconciled by reading" in report.why
    assert house.now(change).state == "unknown"


def test_what_another_worker_took_meanwhile_is_left_alone(house: House) -> None:
    house.ordered("c1s1", "budget", 5500)
    look = house.platform.look

    def slow(account_id: str, kind: str, entity_id: str) -> object:
        house.platform.look = look  # type: ignore[method-assign]
        house.executor().once("w2")
        return look(account_id, kind, entity_id)  # type: ignore[arg-type]

    house.platform.look = slow  # type: ignore[method-assign, assignment]
    assert [report.ending for report in rehearse(house.executor())] == ["not ours"]
    assert house.platform.applied() == [("c1s1", 5500)]
