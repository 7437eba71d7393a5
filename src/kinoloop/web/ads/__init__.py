"""What the pages and the HTTP routes about ad accounts share: who may decide, the words, the outlook."""
