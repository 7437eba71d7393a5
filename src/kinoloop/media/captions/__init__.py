"""Words become captions: cues by rule, styles and safe zones, cached sprites, blending into the picture."""
