"""Writing changes: propose, approve, claim, begin, settle, revert. Nothing here commits.

Whoever needs both locks the account's row before the change's, so that no two wait for each other.
"""

from kinoloop.delivery.changes.operations.beginning import begin as begin
from kinoloop.delivery.changes.operations.claiming import claim as claim
from kinoloop.delivery.changes.operations.claiming import claim_batch as claim_batch
from kinoloop.delivery.changes.operations.claiming import release as release
from kinoloop.delivery.changes.operations.deciding import approve as approve
from kinoloop.delivery.changes.operations.deciding import reject as reject
from kinoloop.delivery.changes.operations.proposing import propose as propose
from kinoloop.delivery.changes.operations.reverting import propose_revert as propose_revert
from kinoloop.delivery.changes.operations.settling import settle as settle
