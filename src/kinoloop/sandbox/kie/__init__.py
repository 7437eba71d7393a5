"""KIE: one account for many models; tasks, Veo's own endpoints, callbacks that are wake-up calls."""
