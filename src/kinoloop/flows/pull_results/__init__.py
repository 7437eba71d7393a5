"""Every hour: what stands in each ad account, what it brought, and whether its ads show what was approved.

`tick` is the scheduled run; `days` says what to ask for, `drifting` compares and proposes reverts.
"""
