"""The limits inside which automation may act: each one a plain function with a sentence for people."""
