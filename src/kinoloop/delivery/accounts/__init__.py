"""The mirror of each ad account, who may change what in it, and what automation may put at risk."""
