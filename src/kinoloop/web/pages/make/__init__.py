"""The pages of making ads: from a brief over an approved storyboard to finished films, and what it cost."""
