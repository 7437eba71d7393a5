"""The hidden causal world behind the emulated ad platform and CRM: spend, attention, clicks, people,
deals.
"""
