"""The gate's limits, each with where it comes from."""

LOUDNESS_OFF = 1.0
"""LU from the loudness wanted."""
HIGHEST_PEAK = -1.0
"""dBTP; EBU R128 s1 and the platforms ask for no more."""
FASTEST_READING = 20.0
"""Characters a second: the upper limit of the subtitle guides of broadcasters and streaming services."""
SMALLEST_LETTERS = 0.025
"""Of the picture's height."""
LEAST_CONTRAST = 3.0
"""Large or bold text on its ground (WCAG 2.2, success criterion 1.4.3): captions are both."""
LEAST_SUPER_CONTRAST = 4.5
"""Text in general (same place): a colour that is planned can be chosen better than the least."""
THERE, WEAK_PART = 0.6, 0.3
"""Correlation from which a text counts as there, and below which one of its words is another."""
MOST_STRETCH = 0.06
"""A circle so much wider than high is no longer round; the measurement itself is good to 0.02."""
LIP_SYNC_MS = 50
"""Picture and sound may end so far apart, plus one picture."""
FASTEST_SPEECH = 17.0
"""Characters a second that can be said and followed, where no voice is heard yet: some 200 words a minute."""
VOICE_SLACK_MS = 80
"""A line may run this much over its panel: less than a breath."""
MOST_ENLARGED = 2.0
"""A source enlarged more than twice in a side looks soft."""
BRAND_NEAR, BRAND_SHARE = 24.0, 0.08
"""Distance in L*a*b* up to which a colour passes for the brand's, and the least share of a branded scene."""
PLAIN_PIXELS = ("yuv420p", "yuvj420p")
BT709, LIMITED = 1, 1
EDGE = 0.25
"""Share of the letters' height that outline and shadow add around them."""
