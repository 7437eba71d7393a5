"""Whether ads show what a person approved: the approved content, and alarms where it differs."""
