"""Pages about learnt models and budget policies: who decides, how well, and who may take their place."""
