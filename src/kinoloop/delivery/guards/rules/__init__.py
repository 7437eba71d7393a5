"""The guards by name, and `judge`, which asks all of them. Pure: values in, a verdict out."""

from kinoloop.delivery.guards.rules.exposure import OVERSPEND as OVERSPEND
from kinoloop.delivery.guards.rules.exposure import at_risk as at_risk
from kinoloop.delivery.guards.rules.exposure import exposure_of as exposure_of
from kinoloop.delivery.guards.rules.exposure import levels_for as levels_for
from kinoloop.delivery.guards.rules.exposure import loss_bound as loss_bound
from kinoloop.delivery.guards.rules.gates import authority as authority
from kinoloop.delivery.guards.rules.gates import cooldown as cooldown
from kinoloop.delivery.guards.rules.gates import kill_switch as kill_switch
from kinoloop.delivery.guards.rules.gates import one_at_a_time as one_at_a_time
from kinoloop.delivery.guards.rules.gates import unchanged as unchanged
from kinoloop.delivery.guards.rules.judging import judge as judge
from kinoloop.delivery.guards.rules.money import account_limits as account_limits
from kinoloop.delivery.guards.rules.money import fuzzed as fuzzed
from kinoloop.delivery.guards.rules.money import velocity as velocity
from kinoloop.delivery.guards.rules.rates import budget_rate as budget_rate
from kinoloop.delivery.guards.rules.rates import rate_account as rate_account
from kinoloop.delivery.guards.rules.rates import rate_campaign as rate_campaign
from kinoloop.delivery.guards.rules.trees import creative_drift as creative_drift
from kinoloop.delivery.guards.rules.trees import fingerprint as fingerprint
from kinoloop.delivery.guards.rules.trees import never_empty as never_empty
from kinoloop.delivery.guards.rules.trees import same_tree as same_tree
from kinoloop.delivery.guards.rules.trees import tree_drift as tree_drift
