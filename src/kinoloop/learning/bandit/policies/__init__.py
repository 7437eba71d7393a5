"""One file for each policy: an account as it is known goes in, a round of decisions comes out."""
