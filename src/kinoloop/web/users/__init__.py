"""People: who may come in, with which role. The house token is the user `owner`, who needs no row."""
