"""Language models: Anthropic, Gemini and whatever speaks OpenAI's tongue, behind one port."""
