"""Which accounts are a sample: those of the pretend platform, so that nobody takes its money for real."""

from kinoloop.delivery.accounts.records import AdAccount

SANDBOX = "act_10000000000000"
"""How the ids of the sandbox's accounts begin (a test holds it against the sandbox itself)."""


def is_sample(account: AdAccount) -> bool:
    return account.account_id.startswith(SANDBOX)
