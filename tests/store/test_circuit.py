"""The breaker's rules as laws, against a plain model that only counts."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from kinoloop.store.circuit import Circuit, Permit, Refusal, Rules

START = datetime(2026, 1, 1, tzinfo=UTC)
RULES = Rules(threshold=3, recovery=60, trial_lease=120)


class Callers(RuleBasedStateMachine):
    """Any number of callers that ask, run and end in any order."""

    running = Bundle("running")

    @initialize()
    def begin(self) -> None:
        self.now, self.circuit, self.asked = START, Circuit(), 0
        self.in_a_row = 0
        self.trial: tuple[str, datetime] | None = None

    @rule(target=running)
    def ask(self) -> object:
        self.asked += 1
        before = self.circuit
        self.circuit, answer = before.admit(self.now, str(self.asked), RULES)
        if isinstance(answer, Refusal):
            assert answer.until > self.now and before.phase(self.now) != "closed" and self.circuit == before
            return multiple()
        if before.phase(self.now) == "closed":
            assert answer.trial is None and self.circuit == before
        else:
            assert before.phase(self.now) == "half_open"
            assert self.trial is None or self.trial[1] <= self.now, "two trials at once"
            self.trial = (str(self.asked), self.now + timedelta(seconds=RULES.trial_lease))
        return answer

    @rule(permit=consumes(running))
    def succeed(self, permit: Permit) -> None:
        mine, counts = self.holds_trial(permit), self.counts(permit)
        self.circuit = self.circuit.succeeded(permit)
        if mine:
            assert self.circuit.phase(self.now) == "closed"
            self.trial = None
        if mine or counts:
            self.in_a_row = 0

    @rule(permit=consumes(running))
    def fail(self, permit: Permit) -> None:
        mine, counts, openings = self.holds_trial(permit), self.counts(permit), self.circuit.opened_count
        self.circuit = self.circuit.failed(permit, self.now, "503", RULES)
        self.in_a_row += counts
        opened = mine or (counts and self.in_a_row >= RULES.threshold)
        assert self.circuit.opened_count == openings + opened
        if opened:
            assert self.circuit.retry_at == self.now + timedelta(seconds=RULES.recovery)
            self.in_a_row, self.trial = 0, None

    @rule(permit=consumes(running))
    def break_off(self, permit: Permit) -> None:
        mine, phase = self.holds_trial(permit), self.circuit.phase(self.now)
        self.circuit = self.circuit.undecided(permit)
        assert self.circuit.phase(self.now) == phase
        if mine:
            self.trial = None

    @rule(seconds=st.sampled_from([1, 30, 59, 60, 119, 120, 500]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def one_recovery_later_someone_may_try(self) -> None:
        if not hasattr(self, "circuit"):
            return
        later = self.now + timedelta(seconds=RULES.recovery + RULES.trial_lease)
        assert isinstance(self.circuit.admit(later, "x", RULES)[1], Permit)

    def holds_trial(self, permit: Permit) -> bool:
        return permit.trial is not None and self.trial is not None and permit.trial == self.trial[0]

    def counts(self, permit: Permit) -> bool:
        closed = self.circuit.phase(self.now) == "closed"
        return permit.trial is None and closed and permit.era == self.circuit.opened_count


TestCallers = Callers.TestCase


def test_faults_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    circuit, permit = Circuit(), Permit(0)
    for _ in range(2):
        circuit = circuit.failed(permit, START, "503", RULES)
    circuit = circuit.succeeded(permit)
    for _ in range(2):
        circuit = circuit.failed(permit, START, "503", RULES)
    assert circuit.phase(START) == "closed"
    circuit = circuit.failed(permit, START, "503", RULES)
    assert (circuit.phase(START), circuit.opened_count, circuit.last_error) == ("open", 1, "503")
    assert circuit.phase(START + timedelta(seconds=60)) == "half_open"
