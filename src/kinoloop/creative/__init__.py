"""What we say: plans, scripts, storyboards, renders. Arrives with video making."""
