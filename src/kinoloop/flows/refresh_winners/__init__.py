"""Every six hours: who won, who lost, who tires, what winners share, and the index that finds them again."""
