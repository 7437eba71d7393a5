"""Voices: OpenAI-style speech endpoints, ElevenLabs, the embedded placeholder, and a memory of lines said."""
