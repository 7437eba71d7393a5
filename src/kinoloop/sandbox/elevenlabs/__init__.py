"""ElevenLabs: text to speech, with a time for each character."""
