"""From a brief to approved, rendered, checked variants.

Two runs with a person between them: `make_video` ends when the storyboard lies there to be looked at, so that
waiting for days holds nothing; `render_video` begins with the approval of exactly what was seen.
"""
